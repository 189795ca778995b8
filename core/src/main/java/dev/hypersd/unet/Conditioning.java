package dev.hypersd.unet;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The inputs of a prediction other than the latents and their timesteps.
 *
 * @param text the hidden states of the text encoder, {@code [B, N, D]}
 * @param added SDXL's additional conditions
 * @param guidance the {@linkplain #guidanceEmbedding guidance embedding} {@code [B, dim]} of a network that was
 *     distilled with guidance as an input; such a network also runs without it
 * @param residuals the residuals of ControlNets
 */
public record Conditioning(
        Tensor text, Optional<Added> added, Optional<Tensor> guidance, Optional<Residuals> residuals) {
    /**
     * SDXL's additional conditions.
     *
     * @param textEmbeds the pooled and projected text, {@code [B, P]}
     * @param timeIds original height and width, top and left of the crop, target height and width, all in pixels:
     *     {@code [B, 6]}
     */
    public record Added(Tensor textEmbeds, Tensor timeIds) {}

    /**
     * Tensors to be added to the feature maps that the encoder passes to the decoder.
     *
     * @param skips one for each skip connection, in the order in which the encoder makes them
     * @param middle the one for the output of the middle block
     */
    public record Residuals(List<Tensor> skips, Tensor middle) {
        public Residuals {
            skips = List.copyOf(skips);
        }

        /**
         * Returns the sum of the residuals of two ControlNets for the same U-Net.
         *
         * @throws InvalidRequestException if they are for different ones
         */
        public Residuals plus(Residuals other) {
            if (skips.size() != other.skips.size()) {
                throw new InvalidRequestException(
                        ("one ControlNet has %d residuals for the skip connections and another one %d; they are for "
                                        + "different U-Nets")
                                .formatted(skips.size(), other.skips.size()));
            }
            List<Tensor> sums = IntStream.range(0, skips.size())
                    .mapToObj(i -> skips.get(i).add(other.skips.get(i)))
                    .toList();
            return new Residuals(sums, middle.add(other.middle));
        }

        /** Returns all tensors, the middle one last. */
        public List<Tensor> tensors() {
            List<Tensor> all = new ArrayList<>(skips);
            all.add(middle);
            return all;
        }

        /** Returns these residuals with each tensor changed by {@code change}. */
        public Residuals map(UnaryOperator<Tensor> change) {
            return new Residuals(skips.stream().map(change).toList(), change.apply(middle));
        }
    }

    /** Creates the conditioning of text without anything else. */
    public static Conditioning of(Tensor text) {
        return new Conditioning(text, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /**
     * Embeds the guidance scale as an input of the network (Meng et al., 2023), as in latent consistency models.
     *
     * @param w guidance scale minus one, {@code [B]}
     * @param dimension {@link UNetConfig#guidanceDimension}, an even number from 4
     * @return {@code [B, dimension]}, F32
     */
    public static Tensor guidanceEmbedding(Tensor w, int dimension) {
        Shapes.require("the guidance scales", w, Shapes.ANY);
        return scoped(() -> Sinusoids.ofGuidance(w.mul(new Scalar(1000.0)), dimension));
    }

    /**
     * Returns these conditions followed by {@code others} in the batch, without residuals.
     *
     * @param others conditions of the same network
     */
    public Conditioning followedBy(Conditioning others) {
        return new Conditioning(
                Tensors.cat(0, text, others.text),
                added.flatMap(a -> others.added.map(b ->
                        new Added(Tensors.cat(0, a.textEmbeds, b.textEmbeds), Tensors.cat(0, a.timeIds, b.timeIds)))),
                guidance.flatMap(a -> others.guidance.map(b -> Tensors.cat(0, a, b))),
                Optional.empty());
    }

    public Conditioning with(Added conditions) {
        return new Conditioning(text, Optional.of(conditions), guidance, residuals);
    }

    public Conditioning withGuidance(Tensor embedding) {
        return new Conditioning(text, added, Optional.of(embedding), residuals);
    }

    /** Returns the conditions of {@code count} rows of the batch from {@code first} on, without residuals. */
    public Conditioning rows(long first, long count) {
        return new Conditioning(
                text.narrow(0, first, count),
                added.map(a -> new Added(
                        a.textEmbeds().narrow(0, first, count), a.timeIds().narrow(0, first, count))),
                guidance.map(g -> g.narrow(0, first, count)),
                Optional.empty());
    }

    /** Returns these conditions without the guidance embedding. */
    public Conditioning withoutGuidance() {
        return new Conditioning(text, added, Optional.empty(), residuals);
    }

    public Conditioning with(Residuals added) {
        return new Conditioning(text, this.added, guidance, Optional.of(added));
    }
}
