package dev.hypersd.unet;

import static dev.hypersd.tensor.Shapes.ANY;
import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.nn.Conv2d;
import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The encoder of a U-Net: conditioning, first convolution, the levels from fine to coarse, and the middle block.
 *
 * <p>ControlNets and discriminators consist of it and little else. They call the parts one by one; the results of each
 * part belong to the caller's scope.
 */
public final class UNetEncoder {
    private final UNetConfig config;
    private final Dtype dtype;
    private final Conv2d stem;
    private final TimestepEmbedding timeEmbedding;
    private final Optional<Linear> guidanceProjection;
    private final Optional<TimestepEmbedding> addedEmbedding;
    private final List<DownBlock> blocks;
    private final MidBlock middle;

    public UNetEncoder(UNetConfig config, Parameters p) {
        this.config = config;
        int width = config.embeddingDimension();
        this.stem = Conv2d.same3x3(p.at("conv_in"), config.inChannels(), config.stemChannels());
        this.timeEmbedding = new TimestepEmbedding(p.at("time_embedding").unquantised(), config.stemChannels(), width);
        this.guidanceProjection = config.guidanceDimension().isEmpty()
                ? Optional.empty()
                : Optional.of(Linear.unbiased(
                        p.at("time_embedding.cond_proj").unquantised(),
                        config.guidanceDimension().getAsInt(),
                        config.stemChannels()));
        this.addedEmbedding = config.added()
                .map(a -> new TimestepEmbedding(p.at("add_embedding").unquantised(), a.dimension(), width));
        this.blocks = IntStream.range(0, config.levels().size())
                .mapToObj(i -> new DownBlock(p.at("down_blocks." + i), config, i))
                .toList();
        this.middle = new MidBlock(p.at("mid_block"), config);
        this.dtype = p.dtype();
    }

    /**
     * The output of an encoder.
     *
     * @param skips the feature maps of the stem, of every layer and of every downsampling, from first to last
     * @param middle output of the middle block, {@code [B, C, h, w]}
     */
    public record Features(List<Tensor> skips, Tensor middle) {
        public Features {
            skips = List.copyOf(skips);
        }
    }

    /**
     * Checks all inputs before they are passed to the engine.
     *
     * @throws InvalidRequestException which names the input that does not fit this network
     */
    public void check(Tensor sample, Tensor timesteps, Conditioning conditioning) {
        Shapes.require("the latents", sample, ANY, config.inChannels(), ANY, ANY);
        long batch = sample.size(0);
        if (timesteps.dim() != 1 || (timesteps.size(0) != 1 && timesteps.size(0) != batch)) {
            throw new InvalidRequestException(
                    "the timesteps must be one, or one for each of the %d latents, not of shape %s"
                            .formatted(batch, Arrays.toString(Tensors.shape(timesteps))));
        }
        Shapes.require("the text embeddings", conditioning.text(), batch, ANY, config.textChannels());
        checkAdded(batch, conditioning.added());
        conditioning.guidance().ifPresent(g -> {
            if (config.guidanceDimension().isEmpty()) {
                throw new InvalidRequestException("this U-Net takes no guidance embedding");
            }
            Shapes.require(
                    "the guidance embedding",
                    g,
                    batch,
                    config.guidanceDimension().getAsInt());
        });
    }

    private void checkAdded(long batch, Optional<Conditioning.Added> given) {
        if (config.added().isPresent() != given.isPresent()) {
            throw new InvalidRequestException(
                    given.isPresent()
                            ? "this U-Net takes no pooled text and sizes; those are for SDXL"
                            : "this U-Net needs pooled text and sizes besides the text embeddings, as SDXL does");
        }
        given.ifPresent(a -> {
            Shapes.require("the pooled text", a.textEmbeds(), batch, ANY);
            Shapes.require("the time ids", a.timeIds(), batch, ANY);
            checkWidth(
                    config.added().orElseThrow(),
                    a.textEmbeds().size(1),
                    a.timeIds().size(1));
        });
    }

    private static void checkWidth(UNetConfig.Added needed, long textWidth, long ids) {
        if (textWidth + ids * needed.idDimension() != needed.dimension()) {
            throw new InvalidRequestException(
                    ("pooled text %d wide and %d time ids embedded in a width of %d each do not make the %d that this "
                                    + "U-Net takes")
                            .formatted(textWidth, ids, needed.idDimension(), needed.dimension()));
        }
    }

    /** Converts {@code x} to the type in which this network computes. */
    Tensor typed(Tensor x) {
        return x.to(dtype.scalarType());
    }

    /**
     * Computes the embedding of time, guidance and added conditions for residual blocks, after the activation.
     *
     * @param timesteps {@code [1]} or {@code [B]} of any type, whole or fractional
     * @return {@code [B, E]}
     */
    public Tensor embed(Tensor timesteps, Conditioning conditioning) {
        return scoped(() -> {
            UNetConfig.Time time = config.time();
            Tensor each = timesteps.expand(conditioning.text().size(0));
            Tensor sinusoids = typed(Sinusoids.ofTimesteps(each, config.stemChannels(), time.order(), time.shift()));
            Tensor guided = conditioning
                    .guidance()
                    .flatMap(g -> guidanceProjection.map(p -> sinusoids.add(p.forward(typed(g)))))
                    .orElse(sinusoids);
            Tensor embedding = timeEmbedding.forward(guided);
            Tensor complete = conditioning
                    .added()
                    .flatMap(a -> addedEmbedding.map(e -> embedding.add(e.forward(describe(a)))))
                    .orElse(embedding);
            return torch.silu(complete);
        });
    }

    /**
     * Returns the pooled text followed by the sinusoidal embedding of each number: {@code [B, P + n * idDimension]}.
     */
    private Tensor describe(Conditioning.Added added) {
        UNetConfig.Time time = config.time();
        Tensor sinusoids = Sinusoids.ofTimesteps(
                added.timeIds().flatten(), config.added().orElseThrow().idDimension(), time.order(), time.shift());
        return Tensors.cat(
                1,
                typed(added.textEmbeds()),
                typed(sinusoids.reshape(added.timeIds().size(0), -1)));
    }

    /** Applies the first convolution: {@code [B, in, h, w] -> [B, C, h, w]}. */
    public Tensor stem(Tensor sample) {
        return scoped(() -> stem.forward(typed(sample)));
    }

    /**
     * Applies the levels and the middle block.
     *
     * @param stem the stem from {@link #stem}, possibly with something added; becomes the first of the skips
     * @param embedding the embedding from {@link #embed}
     * @param text {@code [B, N, D]}
     */
    public Features encode(Tensor stem, Tensor embedding, Tensor text) {
        Tensor context = typed(text);
        List<Tensor> skips = new ArrayList<>(List.of(stem));
        for (DownBlock block : blocks) {
            skips.addAll(block.forward(skips.getLast(), embedding, context));
        }
        return new Features(skips, scoped(() -> middle.forward(skips.getLast(), embedding, context)));
    }

    /** Two linear layers with SiLU between them: {@code [B, in] -> [B, out]}. */
    static final class TimestepEmbedding {
        private final Linear linear1;
        private final Linear linear2;

        TimestepEmbedding(Parameters p, long in, long out) {
            this.linear1 = Linear.of(p.at("linear_1"), in, out);
            this.linear2 = Linear.of(p.at("linear_2"), out, out);
        }

        Tensor forward(Tensor x) {
            return linear2.forward(Tensors.siluInPlace(linear1.forward(x)));
        }
    }
}
