package dev.hypersd.recipe;

import dev.hypersd.objective.DenoisingObjective;
import dev.hypersd.objective.Pictures;
import dev.hypersd.training.Objective;
import java.nio.file.Path;
import java.util.function.Supplier;

/** {@code objective: base}. */
final class BaseRecipe {
    private BaseRecipe() {}

    static Supplier<Objective<?>> read(Section root, Common common) {
        Section section = root.section("base");
        Path model = root.path("model");
        Path autoencoder = section.path("autoencoder");
        DenoisingObjective.Settings settings = DenoisingKeys.settings(section, common);
        Supplier<Pictures> pictures = DenoisingKeys.pictures(root, section);
        section.refuseUnread();
        return () -> DenoisingObjective.base(model, autoencoder, settings, common.optimiser(), pictures.get());
    }
}
