package dev.hypersd.unet;

import static dev.hypersd.tensor.TensorScope.chain;

import dev.hypersd.nn.GroupNorm;
import dev.hypersd.nn.Linear;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.TensorScope.Step;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * Transformer blocks over the pixels of a feature map, with a residual connection: {@code [B, C, H, W] -> [B, C, H,
 * W]}.
 *
 * <p>The projections before and after the blocks are linear layers in either form of the file; SD 1.x stores them as
 * 1x1 convolutions.
 */
final class Transformer2DModel {
    private static final double EPS = 1e-6;

    private final GroupNorm norm;
    private final Linear projectIn;
    private final List<BasicTransformerBlock> blocks;
    private final Linear projectOut;

    Transformer2DModel(Parameters p, UNetConfig config, long channels, UNetConfig.Transformer shape) {
        this.norm = new GroupNorm(p.at("norm"), channels, config.normGroups(), EPS);
        this.projectIn = projection(p.at("proj_in"), config, channels);
        this.blocks = IntStream.range(0, shape.blocks())
                .mapToObj(i -> new BasicTransformerBlock(
                        p.at("transformer_blocks." + i), channels, config.textChannels(), shape.heads()))
                .toList();
        this.projectOut = projection(p.at("proj_out"), config, channels);
    }

    private static Linear projection(Parameters p, UNetConfig config, long channels) {
        return switch (config.projection()) {
            case LINEAR -> Linear.of(p, channels, channels);
            case CONVOLUTION -> Linear.pointwise(p, channels, channels);
        };
    }

    Tensor forward(Tensor x, Tensor text) {
        Stream<Step> enter = Stream.of(h -> pixels(norm.forward(h)), projectIn::forward);
        Stream<Step> attend = blocks.stream().map(block -> h -> block.forward(h, text));
        Stream<Step> leave = Stream.of(projectOut::forward, h -> x.add(map(h, x)));
        return chain(x, Stream.of(enter, attend, leave).flatMap(s -> s).toList());
    }

    /** Reshapes {@code [B, C, H, W]} to {@code [B, H * W, C]}. */
    private static Tensor pixels(Tensor map) {
        return map.flatten(2, -1).transpose(1, 2).contiguous();
    }

    /** Reshapes pixels to a feature map of the size of {@code like}; a view. */
    private static Tensor map(Tensor pixels, Tensor like) {
        return pixels.transpose(1, 2).view(like.size(0), like.size(1), like.size(2), like.size(3));
    }
}
