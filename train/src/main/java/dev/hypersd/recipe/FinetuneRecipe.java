package dev.hypersd.recipe;

import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.Spelling;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.objective.DenoisingObjective;
import dev.hypersd.objective.FineTuning;
import dev.hypersd.training.Objective;
import java.nio.file.Path;
import java.util.function.Supplier;

/** {@code objective: finetune}. */
final class FinetuneRecipe {
    private static final int RANK = 16;
    private static final double LEAST_ALPHA = 1e-3;
    private static final double GREATEST_ALPHA = 1e4;

    /** How the model is changed. */
    private enum Change {
        LORA,
        FULL
    }

    /** The spellings that today's programs read. */
    private enum FileSpelling {
        KOHYA(Spelling.KOHYA),
        PEFT(Spelling.PEFT);

        private final Spelling spelling;

        FileSpelling(Spelling spelling) {
            this.spelling = spelling;
        }
    }

    private FinetuneRecipe() {}

    static Supplier<Objective<?>> read(Section root, Common common) {
        Section section = root.section("finetune");
        Supplier<ModelFiles> files = files(root.path("model"), section);
        FineTuning change = change(section);
        DenoisingObjective.Settings settings = DenoisingKeys.settings(section, common);
        Supplier<DenoisingObjective.Data> data = DenoisingKeys.data(root, section);
        section.refuseUnread();
        return () -> DenoisingObjective.fineTuning(files.get(), change, settings, common.optimiser(), data.get());
    }

    private static Supplier<ModelFiles> files(Path model, Section section) {
        if (!section.has("variant")) {
            return () -> ModelFiles.open(model);
        }
        String variant = section.text("variant");
        return () -> ModelFiles.open(model, variant);
    }

    private static FineTuning change(Section section) {
        return switch (section.one("tuning", Change.LORA)) {
            case FULL -> new FineTuning.Full();
            case LORA -> {
                int rank = section.count("rank", RANK, 1);
                yield new FineTuning.Lora(
                        rank,
                        section.number("alpha", rank, LEAST_ALPHA, GREATEST_ALPHA),
                        section.some("targets", LoraLayers.class),
                        section.one("spelling", FileSpelling.KOHYA).spelling);
            }
        };
    }
}
