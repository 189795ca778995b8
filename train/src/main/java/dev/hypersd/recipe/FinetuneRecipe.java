package dev.hypersd.recipe;

import dev.hypersd.model.ModelFiles;
import dev.hypersd.objective.DenoisingObjective;
import dev.hypersd.objective.FineTuning;
import dev.hypersd.objective.Pictures;
import dev.hypersd.training.Objective;
import java.util.function.Supplier;

/** {@code objective: finetune}. */
final class FinetuneRecipe {
    /** How the model is changed. */
    private enum Change {
        LORA,
        FULL
    }

    private FinetuneRecipe() {}

    static Supplier<Objective<?>> read(Section root, Common common) {
        Section section = root.section("finetune");
        Supplier<ModelFiles> files = FinishedKeys.files(root, section);
        FineTuning change = switch (section.one("tuning", Change.LORA)) {
            case FULL -> new FineTuning.Full();
            case LORA -> FinishedKeys.lora(section);
        };
        DenoisingObjective.Settings settings = DenoisingKeys.settings(section, common);
        Supplier<Pictures> pictures = DenoisingKeys.pictures(root, section);
        section.refuseUnread();
        return () -> DenoisingObjective.fineTuning(files.get(), change, settings, common.optimiser(), pictures.get());
    }
}
