package dev.hypersd.recipe;

import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.Spelling;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.objective.FineTuning;
import java.nio.file.Path;
import java.util.function.Supplier;

/** What the sections of all objectives that begin with a finished model have in common. */
final class PretrainedKeys {
    private static final int RANK = 16;
    private static final double LEAST_ALPHA = 1e-3;
    private static final double GREATEST_ALPHA = 1e4;

    /** The spellings that today's programs read. */
    private enum FileSpelling {
        KOHYA(Spelling.KOHYA),
        PEFT(Spelling.PEFT);

        private final Spelling spelling;

        FileSpelling(Spelling spelling) {
            this.spelling = spelling;
        }
    }

    private PretrainedKeys() {}

    /** The files of the model that {@code root} names, to be opened when it is needed. */
    static Supplier<ModelFiles> files(Section root, Section section) {
        Path model = root.path("model");
        if (!section.has("variant")) {
            return () -> ModelFiles.open(model);
        }
        String variant = section.text("variant");
        return () -> ModelFiles.open(model, variant);
    }

    /** The LoRA that learns. */
    static FineTuning.Lora lora(Section section) {
        int rank = section.count("rank", RANK, 1);
        return new FineTuning.Lora(
                rank,
                section.number("alpha", rank, LEAST_ALPHA, GREATEST_ALPHA),
                section.some("targets", LoraLayers.class),
                section.one("spelling", FileSpelling.KOHYA).spelling,
                section.optionalPath("initial_lora"),
                section.optionalPath("frozen_lora"));
    }
}
