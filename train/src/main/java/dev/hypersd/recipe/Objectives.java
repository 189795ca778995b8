package dev.hypersd.recipe;

import static java.util.Map.entry;

import dev.hypersd.error.Nearest;
import java.util.Map;
import java.util.function.BiFunction;

/** The objectives by the names that recipes use. Reading one checks its keys; the supplier that it gives loads what is needed. */
final class Objectives {
    private static final Map<String, BiFunction<Section, CommonSettings, Opening>> KNOWN = Map.ofEntries(
            entry("autoencoder", AutoencoderRecipe::read),
            entry("tiny_autoencoder", TinyAutoencoderRecipe::read),
            entry("base", BaseRecipe::read),
            entry("finetune", FinetuneRecipe::read),
            entry("distillation", DistillationRecipe::read),
            entry("controlnet", ControlNetRecipe::read),
            entry("attributes", JudgeRecipes::attributes),
            entry("clip", JudgeRecipes::clip),
            entry("segmentation", JudgeRecipes::segmentation),
            entry("aesthetic", JudgeRecipes::aesthetic),
            entry("preference", JudgeRecipes::preference));

    private Objectives() {}

    static Opening read(Section root, CommonSettings common) {
        String name = root.text("objective");
        BiFunction<Section, CommonSettings, Opening> reader = KNOWN.get(name);
        if (reader == null) {
            throw root.invalid(
                    "objective",
                    "is \"" + name + "\", which is unknown; do you mean " + Nearest.of(name, KNOWN.keySet()) + "?");
        }
        return reader.apply(root, common);
    }
}
