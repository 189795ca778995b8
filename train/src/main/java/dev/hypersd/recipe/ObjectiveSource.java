package dev.hypersd.recipe;

import static java.util.Map.entry;

import dev.hypersd.error.Nearest;
import dev.hypersd.latents.LatentCache;
import dev.hypersd.section.Section;
import dev.hypersd.training.Objective;
import dev.hypersd.training.OptimiserSettings;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiFunction;

/** Opens the objective of a recipe with its networks and data. Nothing is loaded before. */
@FunctionalInterface
public interface ObjectiveSource {
    /**
     * Opens the objective.
     *
     * @param encoding receives the progress of encoding pictures and captions, if that is done first
     */
    Objective<?> open(LatentCache.Listener encoding);

    /**
     * The keys that the sections of all objectives share.
     *
     * @param seed the seed of everything random
     * @param emaDecay the decay of the moving average of the weights
     */
    record Common(int seed, double emaDecay, OptimiserSettings optimiser) {}

    /** Reads the section of an objective. */
    interface Reader extends BiFunction<Section, Common, ObjectiveSource> {}

    /**
     * Reads the objective that {@code root} names. A new one is an entry here.
     *
     * @throws dev.hypersd.error.InvalidFileException if it is unknown, or a value in its section is wrong
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
                    "is \"%s\", which is unknown; do you mean %s? Known are %s"
                            .formatted(
                                    name,
                                    Nearest.of(name, known.keySet()),
                                    String.join(", ", new TreeSet<>(known.keySet()))));
        }
        return reader.apply(root, common);
    }
}
