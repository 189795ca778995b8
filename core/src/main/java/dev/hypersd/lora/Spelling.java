package dev.hypersd.lora;

/**
 * A way in which LoRA files name their tensors: the two factors and the alpha of a module are {@code stem + suffix},
 * and the stem names the module. Reading and writing both go by this table; {@link ModuleNames} has the stems.
 */
public enum Spelling {
    /**
     * {@code lora_unet_mid_block_attentions_0_proj_in.lora_down.weight}: what kohya's trainers write, and Hyper-SD's
     * files are in.
     */
    KOHYA(".lora_down.weight", ".lora_up.weight"),
    /**
     * The same with the U-Net's names in the original implementation, {@code lora_unet_middle_block_1_proj_in}: usual
     * for SDXL.
     */
    KOHYA_LATENT_DIFFUSION(".lora_down.weight", ".lora_up.weight"),
    /** {@code unet.mid_block.attentions.0.proj_in.lora_A.weight}: diffusers since it uses PEFT. */
    PEFT(".lora_A.weight", ".lora_B.weight"),
    /** {@code unet.mid_block.attentions.0.proj_in.lora.down.weight}: diffusers before that. */
    DIFFUSERS(".lora.down.weight", ".lora.up.weight"),
    /**
     * {@code text_encoder.text_model.encoder.layers.0.mlp.fc1.lora_linear_layer.down.weight}: the same time, text
     * encoders.
     */
    DIFFUSERS_LINEAR_LAYER(".lora_linear_layer.down.weight", ".lora_linear_layer.up.weight"),
    /**
     * {@code unet.mid_block....attn1.processor.to_q_lora.down.weight}: the oldest of diffusers, attention layers only.
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

    /** Returns whether files in this spelling store the alpha of each module; where they do not, it is the rank. */
    boolean hasAlpha() {
        return switch (this) {
            case KOHYA, KOHYA_LATENT_DIFFUSION -> true;
            case PEFT, DIFFUSERS, DIFFUSERS_LINEAR_LAYER, PROCESSOR -> false;
        };
    }
}
