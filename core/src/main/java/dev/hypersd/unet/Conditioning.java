package dev.hypersd.unet;

import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * What steers a prediction besides the latents and their timesteps.
 *
 * @param text hidden states of the text encoder, {@code [B, N, D]}
 * @param added what SDXL wants in addition
 * @param guidance the {@link GuidanceEmbedding} {@code [B, dim]} of a network that was distilled with guidance as an input; such a
 *     network also runs without
 * @param residuals what a ControlNet adds
 */
public record Conditioning(
        Tensor text, Optional<Added> added, Optional<Tensor> guidance, Optional<Residuals> residuals) {
    /**
     * SDXL's conditions.
     *
     * @param textEmbeds the pooled and projected text, {@code [B, P]}
     * @param timeIds original height and width, top and left of the crop, target height and width, all in pixels: {@code [B, 6]}
     */
    public record Added(Tensor textEmbeds, Tensor timeIds) {}

    /**
     * Tensors to be added to what the encoder hands to the decoder.
     *
     * @param skips one per skip connection, in the order in which the encoder makes them
     * @param middle for the output of the middle block
     */
    public record Residuals(List<Tensor> skips, Tensor middle) {
        public Residuals {
            skips = List.copyOf(skips);
        }
    }

    /** Text alone. */
    public static Conditioning of(Tensor text) {
        return new Conditioning(text, Optional.empty(), Optional.empty(), Optional.empty());
    }

    public Conditioning with(Added conditions) {
        return new Conditioning(text, Optional.of(conditions), guidance, residuals);
    }

    public Conditioning withGuidance(Tensor embedding) {
        return new Conditioning(text, added, Optional.of(embedding), residuals);
    }

    public Conditioning with(Residuals added) {
        return new Conditioning(text, this.added, guidance, Optional.of(added));
    }
}
