package dev.hypersd.recipe;

import dev.hypersd.data.Dataset;
import dev.hypersd.judge.attributes.AttributeReader;
import dev.hypersd.judge.segmentation.Segmenter;
import dev.hypersd.model.NetworkType;
import dev.hypersd.objective.JudgeLosses;
import dev.hypersd.objective.NetworkObjective;
import dev.hypersd.objective.NetworkObjective.NetworkLoss;
import dev.hypersd.objective.NetworkObjective.Settings;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.training.Objective;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** {@code objective: attributes}, {@code clip} and {@code segmentation}, the judges. */
final class JudgeRecipes {
    private static final int HELD_OUT = 2048;

    /**
     * Judges know every combination of kind and colour, or they could not tell whether those that are held out were drawn. So they learn from
     * scenes of the test split, of seeds that nothing else is tested with.
     */
    private static final long TRAINING_SEED = 101;

    private static final long VALIDATION_SEED = 102;

    private JudgeRecipes() {}

    static Supplier<Objective<?>> attributes(Section root, Common common) {
        return ofScenes(AttributeReader.TYPE, JudgeLosses::attributes, root, common);
    }

    static Supplier<Objective<?>> segmentation(Section root, Common common) {
        return ofScenes(Segmenter.TYPE, JudgeLosses::segmentation, root, common);
    }

    private static <N> Supplier<Objective<?>> ofScenes(
            NetworkType<N> type, NetworkLoss<N, Sample> loss, Section root, Common common) {
        Settings settings = settings(root, common, List.of());
        Data data = Data.read(root);
        return () -> new NetworkObjective<>(
                type,
                settings,
                common.optimiser(),
                data.scenes(data.count, TRAINING_SEED),
                data.scenes(HELD_OUT, VALIDATION_SEED),
                loss);
    }

    static Supplier<Objective<?>> clip(Section root, Common common) {
        Path folder = root.path("tokenizer");
        Settings settings = settings(
                root,
                common,
                Stream.of("vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json")
                        .map(folder::resolve)
                        .toList());
        Data data = Data.read(root);
        return () -> {
            ClipTokenizer tokenizer = ClipTokenizer.open(folder);
            return new NetworkObjective<>(
                    NetworkType.CLIP,
                    settings,
                    common.optimiser(),
                    data.scenes(data.count, TRAINING_SEED),
                    data.scenes(HELD_OUT, VALIDATION_SEED),
                    (clip, batch) -> JudgeLosses.contrastive(clip, tokenizer, batch));
        };
    }

    private static Settings settings(Section root, Common common, List<Path> copied) {
        return new Settings(root.path("model"), copied, common.average(), common.seed());
    }

    /** The section {@code data}: how many scenes, how large. */
    private record Data(int count, int pixels) {
        static Data read(Section root) {
            Section section = root.section("data");
            for (String other : List.of(DataSection.FOLDER, DataSection.WEBDATASET)) {
                if (section.has(other)) {
                    throw section.invalid(
                            other,
                            "cannot teach a judge, which learns from what only scenes know of themselves; use data.scenes");
                }
            }
            Data data = new Data(section.count("scenes", 100_000, 1), section.count("size", 128, 32));
            section.refuseUnread();
            return data;
        }

        Dataset<Sample> scenes(int howMany, long seed) {
            return new Scenes(Split.TEST, howMany, pixels, Optional.empty(), seed);
        }
    }
}
