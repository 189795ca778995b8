package dev.hypersd.recipe;

import dev.hypersd.error.Nearest;
import java.util.Map;
import java.util.function.BiFunction;

/** The objectives by the names that recipes use. Reading one checks its keys; the supplier that it gives loads what is needed. */
final class Objectives {
    private static final Map<String, BiFunction<Section, Common, Opening>> KNOWN = Map.of(
            "autoencoder", AutoencoderRecipe::read,
            "base", BaseRecipe::read,
            "finetune", FinetuneRecipe::read,
            "distillation", DistillationRecipe::read,
            "controlnet", ControlNetRecipe::read,
            "attributes", JudgeRecipes::attributes,
            "clip", JudgeRecipes::clip,
            "segmentation", JudgeRecipes::segmentation,
            "aesthetic", JudgeRecipes::aesthetic,
            "preference", JudgeRecipes::preference);

    private Objectives() {}

    static Opening read(Section root, Common common) {
        String name = root.text("objective");
        BiFunction<Section, Common, Opening> reader = KNOWN.get(name);
        if (reader == null) {
            throw root.invalid(
                    "objective",
                    "is \"" + name + "\", which is unknown; do you mean " + Nearest.of(name, KNOWN.keySet()) + "?");
        }
        return reader.apply(root, common);
    }
}
