package dev.hypersd.recipe;

import dev.hypersd.objective.DenoisingObjective;
import dev.hypersd.training.Objective;
import java.util.function.Supplier;

/** {@code objective: base}. */
final class BaseRecipe {
    private static final System.Logger LOG = System.getLogger("dev.hypersd.recipe");

    private BaseRecipe() {}

    static Supplier<Objective<?>> read(Section root, Common common) {
        Section section = root.section("base");
        DenoisingObjective.Settings settings = new DenoisingObjective.Settings(
                root.path("model"),
                section.path("autoencoder"),
                section.path("latents"),
                section.number("dropped_captions", 0.1, 0, 1),
                section.number("greatest_snr", Double.POSITIVE_INFINITY, 1e-3, Double.POSITIVE_INFINITY),
                section.texts("shown"),
                section.number("guidance_scale", 3, 1, 30),
                common.average(),
                common.seed());
        section.refuseUnread();
        ScenesSection scenes = ScenesSection.read(root);
        return () -> new DenoisingObjective(
                settings,
                common.optimiser(),
                scenes.training().map(ScenesSection::captioned),
                scenes.validation().map(ScenesSection::captioned),
                (done, total) -> LOG.log(System.Logger.Level.INFO, "{0} of {1} pictures encoded", done, total));
    }
}
