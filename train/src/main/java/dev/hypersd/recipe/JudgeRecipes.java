package dev.hypersd.recipe;

import dev.hypersd.data.CaptionTurns;
import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.degradation.ChosenPairs;
import dev.hypersd.degradation.OwnPairs;
import dev.hypersd.degradation.PreferencePairs;
import dev.hypersd.degradation.PreferencePairs.PreferencePair;
import dev.hypersd.error.InvalidRequestException;
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
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
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
        JudgeData<Sample> data = JudgeData.scenes(root, scenes -> scenes);
        return judge(
                type,
                root,
                common,
                List.of(),
                network -> SampleMemory.ofBackbone(backbone.apply(network), data.pixels()),
                data,
                arena -> loss);
    }

    static ObjectiveSource clip(Section root, Common common) {
        Path tokenizer = root.path("tokenizer");
        return judge(
                NetworkType.CLIP,
                root,
                common,
                files(tokenizer),
                clip -> SampleMemory.ofClip(clip.text().config(), clip.vision().config()),
                JudgeData.captioned(root, common.seed()),
                arena -> {
                    ClipTokenizer opened = ClipTokenizer.open(tokenizer);
                    return (clip, batch) -> JudgeLosses.contrastive(clip, opened, batch);
                });
    }

    static ObjectiveSource aesthetic(Section root, Common common) {
        Path clip = root.path("clip");
        return judge(ScoreHead.TYPE, root, common, List.of(), _ -> 0, JudgeData.pairs(root, common.seed()), arena -> {
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
                model -> SampleMemory.ofPreference(model.config()),
                JudgeData.pairs(root, common.seed()),
                arena -> {
                    ClipTokenizer opened = ClipTokenizer.open(tokenizer);
                    return (model, batch) -> JudgeLosses.preference(model, opened, batch);
                });
    }

    /**
     * Returns the source of an objective that trains a judge.
     *
     * @param copied the files that belong to the network
     * @param memory estimates the memory of a sample
     * @param data what it learns from
     * @param losses opens what the loss needs
     */
    private static <N, S> ObjectiveSource judge(
            NetworkType<?, N> type,
            Section root,
            Common common,
            List<Path> copied,
            ToDoubleFunction<N> memory,
            JudgeData<S> data,
            Function<TensorArena, NetworkLoss<N, S>> losses) {
        Settings settings = new Settings(root.path("model"), copied, common.emaDecay(), common.seed());
        return encoding -> {
            JudgeData.Samples<S> samples = data.open().get();
            return new NetworkObjective<>(
                    type, settings, common.optimiser(), samples.training(), samples.heldOut(), memory, losses);
        };
    }

    private static List<Path> files(Path tokenizer) {
        return Stream.of("vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json")
                .map(tokenizer::resolve)
                .toList();
    }

    /**
     * What a judge learns from: scenes, the user's pictures, or pairs between which people have chosen.
     *
     * @param pixels width and height of the pictures
     * @param open finds them
     */
    private record JudgeData<S>(int pixels, Supplier<Samples<S>> open) {
        private static final String PAIRS = "pairs";
        private static final String SIZE = "size";

        record Samples<S>(Dataset<S> training, Dataset<S> heldOut) {}

        /** Reads the section {@code data}, which has scenes. */
        static <S> JudgeData<S> scenes(Section root, Function<Scenes, Dataset<S>> view) {
            Section section = root.section("data");
            for (String other : DataSection.OWN) {
                if (section.has(other)) {
                    throw section.invalid(
                            other,
                            "cannot train this judge, which needs the attributes that only scenes have; use"
                                    + " data.scenes");
                }
            }
            int count = section.count(DataSection.SCENES, 100_000, 1);
            int pixels = section.count(SIZE, 128, 32);
            section.refuseUnread();
            return new JudgeData<>(
                    pixels,
                    () -> new Samples<>(
                            view.apply(new Scenes(Split.TEST, count, pixels, Optional.empty(), TRAINING_SEED)),
                            view.apply(new Scenes(Split.TEST, HELD_OUT, pixels, Optional.empty(), VALIDATION_SEED))));
        }

        /** Reads the section {@code data}, which has scenes or the user's pictures. */
        static JudgeData<CaptionedImage> captioned(Section root, long seed) {
            return isOwn(root)
                    ? own(root, seed, samples -> samples)
                    : scenes(root, scenes -> scenes.map(Sample::captioned));
        }

        /** Reads the section {@code data}, which has scenes, the user's pictures, or pairs. */
        static JudgeData<PreferencePair> pairs(Section root, long seed) {
            if (root.section("data").has(PAIRS)) {
                return chosen(root.section("data"));
            }
            return isOwn(root)
                    ? own(root, seed, samples -> new OwnPairs(samples, seed))
                    : scenes(root, PreferencePairs::new);
        }

        private static boolean isOwn(Section root) {
            return DataSection.OWN.stream().anyMatch(root.section("data")::has);
        }

        private static <S> JudgeData<S> own(
                Section root, long seed, Function<Dataset<CaptionedImage>, Dataset<S>> view) {
            DataSection.refuse(
                    root,
                    DataSection.OF_LATENTS,
                    "has no effect on a judge, which learns squares as they are; leave it out");
            DataSection data = DataSection.read(root);
            Function<Dataset<CaptionedImage>, Dataset<S>> turns =
                    samples -> view.apply(new CaptionTurns(samples, seed));
            return new JudgeData<>(data.pixels(), () -> {
                DataSection.Parts parts = data.open();
                return new Samples<>(turns.apply(parts.training()), turns.apply(parts.heldOut()));
            });
        }

        /** Reads a file of pairs, the last of which are held out. */
        private static JudgeData<PreferencePair> chosen(Section section) {
            Path file = section.path(PAIRS);
            int pixels = section.count(SIZE, 128, 32);
            int heldOut = section.count("held_out", 1, 1);
            section.refuseUnread();
            return new JudgeData<>(pixels, () -> {
                ChosenPairs all = ChosenPairs.open(file, pixels);
                long first = all.size() - heldOut;
                if (first < 1) {
                    throw new InvalidRequestException(
                            ("%d of %d pairs are held out, which leaves none to train on; lower data.held_out or"
                                            + " add pairs")
                                    .formatted(heldOut, all.size()));
                }
                return new Samples<>(all.part(0, first), all.part(first, heldOut));
            });
        }
    }
}
