package dev.hypersd.recipe;

import static java.util.Map.entry;

import dev.hypersd.error.Nearest;
import dev.hypersd.latents.LatentCache;
import dev.hypersd.section.Section;
import dev.hypersd.training.Objective;
import dev.hypersd.training.OptimiserSettings;
import java.util.Map;
import java.util.function.BiFunction;

/** What a recipe trains: opens its networks and data. Nothing is loaded before. */
@FunctionalInterface
public interface ObjectiveSource {
    /** Opens it; {@code encoding} is told how far pictures and captions have been encoded, where that is done first. */
    Objective<?> open(LatentCache.Listener encoding);

    /**
     * What the sections of all objectives share.
     *
     * @param seed the seed of everything random
     * @param emaDecay the decay of the moving average of the weights
     */
    record Common(int seed, double emaDecay, OptimiserSettings optimiser) {}

    /** Reads the section of an objective. */
    interface Reader extends BiFunction<Section, Common, ObjectiveSource> {}

    /**
     * Reads the objective that {@code root} names; a new one is a line here.
     *
     * @throws dev.hypersd.error.InvalidFileException if it is unknown, or something in its section is wrong
     */
    static ObjectiveSource read(Section root, Common common) {
        Map<String, Reader> known = Map.ofEntries(
                entry("autoencoder", AutoencoderRecipes::autoencoder),
                entry("tiny_autoencoder", AutoencoderRecipes::tiny),
                entry("base", DiffusionRecipes::base),
                entry("finetune", DiffusionRecipes::finetune),
                entry("distillation", DiffusionRecipes::distillation),
                entry("controlnet", DiffusionRecipes::controlNet),
                entry("attributes", JudgeRecipes::attributes),
                entry("clip", JudgeRecipes::clip),
                entry("segmentation", JudgeRecipes::segmentation),
                entry("aesthetic", JudgeRecipes::aesthetic),
                entry("preference", JudgeRecipes::preference));
        String name = root.text("objective");
        Reader reader = known.get(name);
        if (reader == null) {
            throw root.invalid(
                    "objective",
                    "is \"" + name + "\", which is unknown; do you mean " + Nearest.of(name, known.keySet()) + "?");
        }
        return reader.apply(root, common);
    }
}
