package dev.hypersd.unet;

import static dev.hypersd.tensor.TensorScope.chain;
import static dev.hypersd.tensor.TensorScope.keeping;
import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.nn.Conv2d;
import dev.hypersd.nn.GroupNorm;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorScope.Step;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.unet.UNetEncoder.Features;
import dev.hypersd.unet.UpBlock.SkipConnections;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * A U-Net that predicts noise, velocity or clean latents (see the noise schedule) from noisy latents, their timesteps
 * and a text.
 *
 * <p>The architecture is that of Rombach et al. (2022) with the additions of SDXL (Podell et al., 2023), named as in
 * diffusers. Latents of any size are possible; where a size is odd, the decoder upsamples to the size that the encoder
 * had. It computes in the type of its weights, whatever the type of its inputs. Stateless, so safe to share; adapters
 * that are active in the call apply.
 */
public final class UNet2DConditionModel {
    private final UNetConfig config;
    private final UNetEncoder encoder;
    private final List<UpBlock> blocks;
    private final GroupNorm norm;
    private final Conv2d head;

    public UNet2DConditionModel(UNetConfig config, Parameters p) {
        this.config = config;
        this.encoder = new UNetEncoder(config, p);
        int coarsest = config.levels().size() - 1;
        this.blocks = IntStream.rangeClosed(0, coarsest)
                .mapToObj(i -> new UpBlock(p.at("up_blocks." + i), config, coarsest - i))
                .toList();
        this.norm = new GroupNorm(p.at("conv_norm_out"), config.stemChannels(), config.normGroups(), config.normEps());
        this.head = Conv2d.same3x3(p.at("conv_out"), config.stemChannels(), config.outChannels());
    }

    public UNetConfig config() {
        return config;
    }

    /**
     * Predicts for a batch of latents.
     *
     * @param sample noisy latents, {@code [B, in, h, w]}
     * @param timesteps {@code [1]} or {@code [B]}, 0..999, whole or fractional
     * @param conditioning the conditioning of all {@code B}
     * @return {@code [B, out, h, w]}, of the type of {@code sample}
     * @throws InvalidRequestException if an input does not fit this network
     */
    public Tensor forward(Tensor sample, Tensor timesteps, Conditioning conditioning) {
        encoder.check(sample, timesteps, conditioning);
        return scoped(() -> {
            Tensor text = encoder.typed(conditioning.text());
            Tensor embedding = encoder.embed(timesteps, conditioning);
            Features encoded = encoder.encode(encoder.stem(sample), embedding, text);
            Features features =
                    conditioning.residuals().map(r -> add(encoded, r)).orElse(encoded);
            SkipConnections skips = new SkipConnections(features.skips());
            List<Step> steps = new ArrayList<>();
            for (UpBlock block : blocks) {
                steps.add(h -> block.forward(h, skips, embedding, text));
            }
            steps.add(h -> Tensors.siluInPlace(norm.forward(h)));
            steps.add(h -> head.forward(h).to(sample.scalar_type()));
            return chain(features.middle(), steps);
        });
    }

    /**
     * A pass that also returns what a discriminator looks at.
     *
     * @param prediction as {@link #forward} returns it
     * @param features the feature maps, as {@link #features} returns all of them
     */
    public record Traced(Tensor prediction, List<Tensor> features) {
        private List<Tensor> tensors() {
            return Stream.concat(Stream.of(prediction), features.stream()).toList();
        }
    }

    /**
     * Predicts as {@link #forward} does, and returns all feature maps of the pass too; all belong to the caller's
     * scope.
     *
     * @param conditioning the conditioning, without residuals
     */
    public Traced traced(Tensor sample, Tensor timesteps, Conditioning conditioning) {
        return keeping(
                () -> {
                    List<Tensor> maps = maps(
                            sample, timesteps, conditioning, featureChannels().size());
                    // The decoder's last map stays as it is, so the normalised one is another tensor.
                    Tensor prediction = scoped(() -> head.forward(torch.silu(norm.forward(maps.getLast()))));
                    return new Traced(prediction.to(sample.scalar_type()), maps);
                },
                Traced::tensors);
    }

    /**
     * Returns the feature maps of the network for {@code sample}, as a discriminator takes them.
     *
     * @param sample noisy latents, {@code [B, in, h, w]}
     * @param timesteps {@code [1]} or {@code [B]}
     * @param count how many of the maps are needed; the pass ends after them
     * @return the first {@code count} of the feature maps after each level of the encoder, after the middle block, and
     *     after each level of the decoder, with {@link #featureChannels} channels; they belong to the caller's scope
     * @throws InvalidRequestException if an input does not fit this network
     */
    public List<Tensor> features(Tensor sample, Tensor timesteps, Conditioning conditioning, int count) {
        return keeping(() -> maps(sample, timesteps, conditioning, count), maps -> maps);
    }

    private List<Tensor> maps(Tensor sample, Tensor timesteps, Conditioning conditioning, int count) {
        encoder.check(sample, timesteps, conditioning);
        Tensor text = encoder.typed(conditioning.text());
        Tensor embedding = encoder.embed(timesteps, conditioning);
        Features encoded = encoder.encode(encoder.stem(sample), embedding, text);
        List<Tensor> maps = new ArrayList<>();
        int end = 0;
        for (int i = 0; i < config.levels().size(); i++) {
            boolean coarsest = i == config.levels().size() - 1;
            end += config.levels().get(i).layers() + (coarsest ? 0 : 1);
            // The handles themselves are closed when the decoder takes the skip connections.
            maps.add(encoded.skips().get(end).alias());
        }
        maps.add(encoded.middle());
        SkipConnections skips = new SkipConnections(encoded.skips());
        for (UpBlock block : blocks) {
            if (maps.size() < count) {
                maps.add(scoped(() -> block.forward(maps.getLast(), skips, embedding, text)));
            }
        }
        return List.copyOf(maps.subList(0, count));
    }

    /** Returns the channels of the feature maps of {@link #features}. */
    public List<Long> featureChannels() {
        List<Long> down =
                config.levels().stream().map(level -> (long) level.channels()).toList();
        List<Long> channels = new ArrayList<>(down);
        channels.add(down.getLast());
        channels.addAll(down.reversed());
        return channels;
    }

    /** Returns the encoder with the middle block, with the same parameters. */
    public UNetEncoder encoder() {
        return encoder;
    }

    private static Features add(Features features, Conditioning.Residuals residuals) {
        int count = features.skips().size();
        if (residuals.skips().size() != count) {
            throw new InvalidRequestException(
                    "this U-Net takes %d residuals for its skip connections, not %d; the ControlNet is for another one"
                            .formatted(count, residuals.skips().size()));
        }
        List<Tensor> sums = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sums.add(sum(
                    "residual " + i, features.skips().get(i), residuals.skips().get(i)));
        }
        return new Features(sums, sum("the residual of the middle block", features.middle(), residuals.middle()));
    }

    private static Tensor sum(String what, Tensor feature, Tensor residual) {
        Shapes.require(what, residual, Tensors.shape(feature));
        return feature.add(residual.to(feature.scalar_type()));
    }
}
