package dev.hypersd.unet;

import static dev.hypersd.nn.GradientCheckpointing.segment;
import static dev.hypersd.tensor.TensorScope.chain;

import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.Upsample;
import dev.hypersd.tensor.TensorScope.Step;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * One level of the decoder: layers that each take a skip connection and, at all levels but the finest, an upsampling.
 */
final class UpBlock {
    private final List<Layer> layers = new ArrayList<>();
    private final Optional<Upsample> upsample;

    /**
     * Builds the level.
     *
     * @param index the index of the level, counted from the finest like the encoder's
     */
    UpBlock(Parameters p, UNetConfig config, int index) {
        List<UNetConfig.Level> levels = config.levels();
        UNetConfig.Level level = levels.get(index);
        long coarser = levels.get(Math.min(index + 1, levels.size() - 1)).channels();
        long finer = index == 0 ? config.stemChannels() : levels.get(index - 1).channels();
        for (int i = 0; i <= level.layers(); i++) {
            long in = i == 0 ? coarser : level.channels();
            long skip = i == level.layers() ? finer : level.channels();
            layers.add(Layer.of(p, config, i, in + skip, level));
        }
        this.upsample =
                index == 0 ? Optional.empty() : Optional.of(new Upsample(p.at("upsamplers.0"), level.channels()));
    }

    /**
     * Applies the level with one skip connection for each layer, and upsamples to the size of the next skip connection.
     */
    Tensor forward(Tensor x, SkipConnections skips, Tensor embedding, Tensor text) {
        List<Step> steps = new ArrayList<>();
        for (Layer layer : layers) {
            steps.add(skips::concatenateNext);
            steps.add(h -> layer.forward(h, embedding, text));
        }
        upsample.ifPresent(u -> steps.add(h -> enlarge(u, h, skips.height(), skips.width())));
        return chain(x, steps);
    }

    private static Tensor enlarge(Upsample upsample, Tensor x, long height, long width) {
        return segment(in -> upsample.forward(in[0], height, width), x);
    }

    /**
     * The skip connections that an encoder leaves for the decoder, for one pass. The decoder takes them from the last
     * to the first, and each is freed as soon as it has been taken: at high resolutions they are most of the memory of
     * a step.
     */
    static final class SkipConnections {
        private final Deque<Tensor> left;

        /**
         * Takes ownership of the skip connections.
         *
         * @param skips the skip connections from first to last
         */
        SkipConnections(List<Tensor> skips) {
            this.left = new ArrayDeque<>(skips);
        }

        /**
         * Concatenates {@code x [B, C, H, W]} with the next skip connection {@code [B, D, H, W]} to {@code [B, C + D,
         * H, W]}.
         */
        Tensor concatenateNext(Tensor x) {
            try (Tensor skip = left.removeLast()) {
                return Tensors.cat(1, x, skip);
            }
        }

        /** Returns the height of the next skip connection. */
        long height() {
            return left.getLast().size(2);
        }

        /** Returns the width of the next skip connection. */
        long width() {
            return left.getLast().size(3);
        }
    }
}
