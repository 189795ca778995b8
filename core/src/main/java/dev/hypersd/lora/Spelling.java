package dev.hypersd.lora;

import java.util.Arrays;
import java.util.Optional;

/**
 * The conventions by which LoRA files name their tensors: the two factors and the alpha of a module are {@code stem +
 * suffix}, where the stem names the module. Reading and writing use this table; {@link ModuleNames} has the stems.
 */
public enum Spelling {
    /**
     * The spelling of kohya's trainers and of Hyper-SD's files: {@code
     * lora_unet_mid_block_attentions_0_proj_in.lora_down.weight}.
     */
    KOHYA(".lora_down.weight", ".lora_up.weight"),
    /**
     * Kohya's spelling with the U-Net's names in the original implementation, usual for SDXL: {@code
     * lora_unet_middle_block_1_proj_in}.
     */
    KOHYA_LATENT_DIFFUSION(".lora_down.weight", ".lora_up.weight"),
    /** The spelling of diffusers since it uses PEFT: {@code unet.mid_block.attentions.0.proj_in.lora_A.weight}. */
    PEFT(".lora_A.weight", ".lora_B.weight"),
    /** The spelling of diffusers before PEFT: {@code unet.mid_block.attentions.0.proj_in.lora.down.weight}. */
    DIFFUSERS(".lora.down.weight", ".lora.up.weight"),
    /**
     * The spelling of diffusers before PEFT for text encoders: {@code
     * text_encoder.text_model.encoder.layers.0.mlp.fc1.lora_linear_layer.down.weight}.
     */
    DIFFUSERS_LINEAR_LAYER(".lora_linear_layer.down.weight", ".lora_linear_layer.up.weight"),
    /**
     * The oldest spelling of diffusers, for attention layers only: {@code
     * unet.mid_block....attn1.processor.to_q_lora.down.weight}.
     */
    PROCESSOR("_lora.down.weight", "_lora.up.weight");

    /** The suffix of the alpha of a module, in every spelling. */
    static final String ALPHA = ".alpha";

    private final String down;
    private final String up;

    Spelling(String down, String up) {
        this.down = down;
        this.up = up;
    }

    /** Returns the suffix of the factor that is applied first, {@code [rank, in]} or {@code [rank, in, k, k]}. */
    String down() {
        return down;
    }

    /** Returns the suffix of the factor that is applied second, {@code [out, rank]} or {@code [out, rank, 1, 1]}. */
    String up() {
        return up;
    }

    /**
     * Returns the suffix of the magnitudes of a DoRA; empty if the spelling has none. LyCORIS uses the same name with
     * Kohya's spelling.
     */
    Optional<String> magnitudes() {
        return switch (this) {
            case KOHYA, KOHYA_LATENT_DIFFUSION -> Optional.of(".dora_scale");
            case PEFT -> Optional.of(".lora_magnitude_vector");
            case DIFFUSERS, DIFFUSERS_LINEAR_LAYER, PROCESSOR -> Optional.empty();
        };
    }

    /**
     * Returns the shape in which files in this spelling store the magnitudes of the rows of {@code weight}. With
     * LyCORIS it tells them from those of columns.
     */
    long[] magnitudes(long... weight) {
        long[] shape = new long[weight.length];
        Arrays.fill(shape, 1);
        shape[this == PEFT ? 1 : 0] = weight[0];
        return this == PEFT && weight.length == 2 ? new long[] {weight[0]} : shape;
    }

    /** Returns whether files in this spelling store the alpha of each module; otherwise it is the rank. */
    boolean hasAlpha() {
        return switch (this) {
            case KOHYA, KOHYA_LATENT_DIFFUSION -> true;
            case PEFT, DIFFUSERS, DIFFUSERS_LINEAR_LAYER, PROCESSOR -> false;
        };
    }
}
