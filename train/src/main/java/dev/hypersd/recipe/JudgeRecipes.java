package dev.hypersd.recipe;

import dev.hypersd.data.Dataset;
import dev.hypersd.degradation.PreferencePairs;
import dev.hypersd.judge.JudgeFolder;
import dev.hypersd.judge.detection.AttributeReader;
import dev.hypersd.judge.detection.BackboneConfig;
import dev.hypersd.judge.detection.Segmenter;
import dev.hypersd.judge.preference.PreferenceModel;
import dev.hypersd.judge.reward.ClipJudge;
import dev.hypersd.judge.reward.ScoreHead;
import dev.hypersd.model.NetworkType;
import dev.hypersd.objective.JudgeLosses;
import dev.hypersd.objective.NetworkObjective;
import dev.hypersd.objective.NetworkObjective.NetworkLoss;
import dev.hypersd.objective.NetworkObjective.Settings;
import dev.hypersd.objective.SampleMemory;
import dev.hypersd.recipe.ObjectiveSource.Common;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.section.Section;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tokenizer.ClipTokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.Stream;

/**
 * The objectives that train judges: {@code attributes}, {@code clip}, {@code segmentation}, {@code aesthetic} and
 * {@code preference}.
 */
final class JudgeRecipes {
    private static final int HELD_OUT = 2048;

    /**
     * The seed of the scenes on which judges are trained. They are of the test split, because a judge must know every
     * combination of kind and colour to recognise those that are held out of other training; no test uses this seed.
     */
    private static final long TRAINING_SEED = 101;

    private static final long VALIDATION_SEED = 102;

    private JudgeRecipes() {}

    static ObjectiveSource attributes(Section root, Common common) {
        return ofScenes(
                AttributeReader.TYPE, reader -> reader.backbone().config(), JudgeLosses::attributes, root, common);
    }

    static ObjectiveSource segmentation(Section root, Common common) {
        return ofScenes(
                Segmenter.TYPE, segmenter -> segmenter.backbone().config(), JudgeLosses::segmentation, root, common);
    }

    private static <N> ObjectiveSource ofScenes(
            NetworkType<?, N> type,
            Function<N, BackboneConfig> backbone,
            NetworkLoss<N, Sample> loss,
            Section root,
            Common common) {
        return judge(
                type,
                root,
                common,
                List.of(),
                (network, pixels) -> SampleMemory.ofBackbone(backbone.apply(network), pixels),
                scenes -> scenes,
                arena -> loss);
    }

    static ObjectiveSource clip(Section root, Common common) {
        Path tokenizer = root.path("tokenizer");
        return judge(
                NetworkType.CLIP,
                root,
                common,
                files(tokenizer),
                (clip, _) ->
                        SampleMemory.ofClip(clip.text().config(), clip.vision().config()),
                scenes -> scenes,
                arena -> {
                    ClipTokenizer opened = ClipTokenizer.open(tokenizer);
                    return (clip, batch) -> JudgeLosses.contrastive(clip, opened, batch);
                });
    }

    static ObjectiveSource aesthetic(Section root, Common common) {
        Path clip = root.path("clip");
        return judge(ScoreHead.TYPE, root, common, List.of(), (_, _) -> 0, PreferencePairs::new, arena -> {
            ClipJudge opened = ClipJudge.open(JudgeFolder.trained(clip), arena);
            return (head, batch) -> JudgeLosses.aesthetic(head, opened, batch);
        });
    }

    static ObjectiveSource preference(Section root, Common common) {
        Path tokenizer = root.path("tokenizer");
        return judge(
                PreferenceModel.TYPE,
                root,
                common,
                files(tokenizer),
                (model, _) -> SampleMemory.ofPreference(model.config()),
                PreferencePairs::new,
                arena -> {
                    ClipTokenizer opened = ClipTokenizer.open(tokenizer);
                    return (model, batch) -> JudgeLosses.preference(model, opened, batch);
                });
    }

    /**
     * Returns the source of an objective that trains a judge.
     *
     * @param copied the files that belong to the network
     * @param memory estimates the memory of a sample from the network and the size of pictures
     * @param seen makes the judge's samples from scenes
     * @param losses opens what the loss needs
     */
    private static <N, S> ObjectiveSource judge(
            NetworkType<?, N> type,
            Section root,
            Common common,
            List<Path> copied,
            ToDoubleBiFunction<N, Integer> memory,
            Function<Scenes, Dataset<S>> seen,
            Function<TensorArena, NetworkLoss<N, S>> losses) {
        Settings settings = new Settings(root.path("model"), copied, common.emaDecay(), common.seed());
        Data data = Data.read(root);
        return encoding -> new NetworkObjective<>(
                type,
                settings,
                common.optimiser(),
                seen.apply(data.scenes(data.count, TRAINING_SEED)),
                seen.apply(data.scenes(HELD_OUT, VALIDATION_SEED)),
                network -> memory.applyAsDouble(network, data.pixels),
                losses);
    }

    private static List<Path> files(Path tokenizer) {
        return Stream.of("vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json")
                .map(tokenizer::resolve)
                .toList();
    }

    /** The section {@code data}: the number of scenes and their size. */
    private record Data(int count, int pixels) {
        static Data read(Section root) {
            Section section = root.section("data");
            for (String other : DataSection.OWN) {
                if (section.has(other)) {
                    throw section.invalid(
                            other,
                            "cannot train a judge, which needs the attributes that only scenes have; use data.scenes");
                }
            }
            Data data = new Data(section.count("scenes", 100_000, 1), section.count("size", 128, 32));
            section.refuseUnread();
            return data;
        }

        Scenes scenes(int howMany, long seed) {
            return new Scenes(Split.TEST, howMany, pixels, Optional.empty(), seed);
        }
    }
}
