package dev.hypersd.recipe;

import dev.hypersd.distillation.DistillationLoss;
import dev.hypersd.distillation.MaskLoss;
import dev.hypersd.distillation.WeightedReward;
import dev.hypersd.judge.JudgeFolder;
import dev.hypersd.judge.preference.PreferenceJudge;
import dev.hypersd.judge.reward.AestheticJudge;
import dev.hypersd.judge.reward.ClipJudge;
import dev.hypersd.judge.reward.Reward;
import dev.hypersd.tensor.TensorArena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The section {@code feedback} of a distillation. */
final class FeedbackKeys {
    /** The reward models, each in a folder of its name; what is enough for each is a matter of its scale. */
    private enum Model {
        CLIP(25) {
            @Override
            Reward open(Path judges, TensorArena arena) {
                return ClipJudge.open(judges.resolve("clip"), arena);
            }
        },
        AESTHETIC(2) {
            @Override
            Reward open(Path judges, TensorArena arena) {
                return AestheticJudge.open(
                        JudgeFolder.of(judges, "aesthetic"),
                        ClipJudge.open(JudgeFolder.of(judges, "clip"), arena),
                        arena);
            }
        },
        PREFERENCE(2) {
            @Override
            Reward open(Path judges, TensorArena arena) {
                return PreferenceJudge.open(JudgeFolder.of(judges, "preference"), arena);
            }
        };

        private final double threshold;

        Model(double threshold) {
            this.threshold = threshold;
        }

        abstract Reward open(Path judges, TensorArena arena);

        String title() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What a recipe says of one of them. */
    private record Wanted(Model model, double weight, double threshold) {
        WeightedReward open(Path judges, TensorArena arena) {
            return new WeightedReward(model.title(), model.open(judges, arena), weight, threshold);
        }
    }

    private FeedbackKeys() {}

    /**
     * Reads the section.
     *
     * @param root of the recipe, which says what the pictures show
     */
    static List<DistillationLoss> read(Section section, Section root) {
        List<DistillationLoss> judged = new ArrayList<>();
        Path judges = section.path("judges");
        DistillationLoss.Decoding decoding = new DistillationLoss.Decoding(section.optionalPath("vae"));
        List<Wanted> wanted = new ArrayList<>();
        for (Model model : Model.values()) {
            if (section.has(model.title())) {
                Section keys = section.section(model.title());
                wanted.add(new Wanted(
                        model,
                        keys.number("weight", 1, 1e-6, 1e3),
                        keys.number("threshold", model.threshold, -1e3, 1e3)));
                keys.refuseUnread();
            }
        }
        if (!wanted.isEmpty()) {
            judged.add(new DistillationLoss.Feedback(
                    ScoreKeys.timesteps(section),
                    decoding,
                    arena -> wanted.stream()
                            .map(model -> model.open(judges, arena))
                            .toList()));
        }
        if (section.has("segmentation")) {
            judged.add(masks(section.section("segmentation"), JudgeFolder.of(judges, "segmentation"), decoding, root));
        }
        if (judged.isEmpty()) {
            throw section.invalid(
                    "preference", "is missing, and so are aesthetic, clip and segmentation; name one to please");
        }
        section.refuseUnread();
        return judged;
    }

    private static DistillationLoss masks(
            Section section, Path folder, DistillationLoss.Decoding decoding, Section root) {
        if (!(DataSection.read(root) instanceof DrawnPictures drawn)) {
            throw section.invalid("weight", "needs pictures whose masks are known, which only data.scenes has");
        }
        DistillationLoss masks = new DistillationLoss.Masks(
                folder,
                decoding,
                drawn.samples(),
                new MaskLoss.Settings(
                        section.number("weight", 1, 1e-6, 1e3), section.count("greatest_timestep", 499, 0)));
        section.refuseUnread();
        return masks;
    }
}
