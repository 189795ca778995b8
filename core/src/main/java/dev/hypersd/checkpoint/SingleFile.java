package dev.hypersd.checkpoint;

import dev.hypersd.preset.ModelFamily;
import dev.hypersd.weights.WeightSource;
import dev.hypersd.weights.WeightView;
import java.util.Optional;

/**
 * Translates the parts of a model directory to the original spelling of checkpoints in one file, the reverse of {@link
 * Checkpoint}.
 */
public final class SingleFile {
    private SingleFile() {}

    /**
     * Returns a view of {@code weights} in the original spelling. Closing the view closes {@code weights}.
     *
     * @param part {@code unet}, {@code vae}, or a text encoder of {@code family}
     * @param weights the weights under the names of diffusers or transformers
     * @throws IllegalArgumentException if {@code part} is another part
     */
    public static WeightSource view(String part, ModelFamily family, WeightSource weights) {
        return switch (part) {
            case "unet" -> {
                LatentDiffusionUNet names = new LatentDiffusionUNet(weights.names());
                yield WeightView.renamed(weights, name -> Optional.of("model.diffusion_model." + names.original(name)));
            }
            case "vae" -> prefixed("first_stage_model.", LatentDiffusionVae.original(weights));
            case "text_encoder" ->
                prefixed(
                        switch (family) {
                            case SD15 -> "cond_stage_model.transformer.";
                            case SDXL -> "conditioner.embedders.0.transformer.";
                            case SDXL_REFINER -> throw absent(part, family);
                        },
                        weights);
            case "text_encoder_2" ->
                prefixed(
                        switch (family) {
                            case SD15 -> throw absent(part, family);
                            case SDXL -> "conditioner.embedders.1.model.";
                            case SDXL_REFINER -> "conditioner.embedders.0.model.";
                        },
                        OpenClip.original(weights));
            default -> throw absent(part, family);
        };
    }

    private static IllegalArgumentException absent(String part, ModelFamily family) {
        return new IllegalArgumentException("checkpoints of " + family.title() + " have no part " + part);
    }

    private static WeightSource prefixed(String prefix, WeightSource weights) {
        return WeightView.renamed(weights, name -> Optional.of(prefix + name));
    }
}
