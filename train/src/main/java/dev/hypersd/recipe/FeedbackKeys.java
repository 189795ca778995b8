package dev.hypersd.recipe;

import dev.hypersd.distillation.Judged;
import dev.hypersd.distillation.MaskLoss;
import dev.hypersd.distillation.Rewarded;
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

        private final double enough;

        Model(double enough) {
            this.enough = enough;
        }

        abstract Reward open(Path judges, TensorArena arena);

        String title() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What a recipe says of one of them. */
    private record Wanted(Model model, double weight, double enough) {
        Rewarded open(Path judges, TensorArena arena) {
            return new Rewarded(model.title(), model.open(judges, arena), weight, enough);
        }
    }

    private FeedbackKeys() {}

    /**
     * Reads the section.
     *
     * @param root of the recipe, which says what the pictures show
     */
    static List<Judged> read(Section section, Section root) {
        List<Judged> judged = new ArrayList<>();
        Path judges = section.path("judges");
        Judged.Decoding decoding = new Judged.Decoding(section.optionalPath("vae"));
        List<Wanted> wanted = new ArrayList<>();
        for (Model model : Model.values()) {
            if (section.has(model.title())) {
                Section keys = section.section(model.title());
                wanted.add(new Wanted(
                        model, keys.number("weight", 1, 1e-6, 1e3), keys.number("enough", model.enough, -1e3, 1e3)));
                keys.refuseUnread();
            }
        }
        if (!wanted.isEmpty()) {
            judged.add(new Judged.Feedback(
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

    private static Judged masks(Section section, Path folder, Judged.Decoding decoding, Section root) {
        if (!(DataSection.read(root) instanceof DrawnPictures drawn)) {
            throw section.invalid("weight", "needs pictures whose masks are known, which only data.scenes has");
        }
        Judged masks = new Judged.Masks(
                folder,
                decoding,
                drawn.samples(),
                new MaskLoss.Settings(
                        section.number("weight", 1, 1e-6, 1e3), section.count("greatest_timestep", 499, 0)));
        section.refuseUnread();
        return masks;
    }
}
