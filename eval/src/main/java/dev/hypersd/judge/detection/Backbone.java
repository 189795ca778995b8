package dev.hypersd.judge.detection;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.nn.Conv2d;
import dev.hypersd.nn.GroupNorm;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.ResnetBlock;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.TensorScope.Step;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A residual convolutional network from pixels to a coarse grid of features: {@code [B, 3, H, W] -> [B, C, H/s, W/s]}
 * with {@code C} and {@code s} of {@link BackboneConfig}.
 */
public final class Backbone {
    private static final double EPS = 1e-5;

    private final BackboneConfig config;
    private final List<List<Step>> levels = new ArrayList<>();
    private final Step last;

    public Backbone(BackboneConfig config, Parameters p) {
        this.config = config;
        int width = 3;
        for (int level = 0; level < config.widths().size(); level++) {
            Parameters below = p.at("levels." + level);
            int wider = config.widths().get(level);
            List<Step> steps = new ArrayList<>();
            steps.add(Conv2d.of(below.at("downsample"), width, wider, 3, 2, 1)::forward);
            for (int block = 0; block < config.blocks().get(level); block++) {
                steps.add(new ResnetBlock(below.at("resnets." + block), wider, wider, config.groups(), EPS)::forward);
            }
            levels.add(steps);
            width = wider;
        }
        GroupNorm norm = new GroupNorm(p.at("norm_out"), width, config.groups(), EPS);
        this.last = x -> Tensors.siluInPlace(norm.forward(x));
    }

    public BackboneConfig config() {
        return config;
    }

    /**
     * Computes the grid of features.
     *
     * @param pixels {@code [B, 3, H, W]} from -1 to 1; both sides are multiples of {@link BackboneConfig#stride}
     * @throws InvalidRequestException if they have another shape
     */
    public Tensor forward(Tensor pixels) {
        requirePictures(pixels);
        List<Step> all = new ArrayList<>();
        levels.forEach(all::addAll);
        all.add(last);
        return TensorScope.chain(pixels, all);
    }

    /**
     * Computes the features of each level before normalisation: {@code [B, C_i, H / 2^i, W / 2^i]} from {@code i = 1}
     * on.
     *
     * @param pixels as in {@link #forward}
     */
    public List<Tensor> levels(Tensor pixels) {
        requirePictures(pixels);
        List<Tensor> made = new ArrayList<>();
        Tensor x = pixels;
        for (List<Step> level : levels) {
            x = TensorScope.chain(x, level);
            made.add(x);
        }
        return made;
    }

    private void requirePictures(Tensor pixels) {
        Shapes.require("the pictures", pixels, Shapes.ANY, 3, Shapes.ANY, Shapes.ANY);
        if (pixels.size(2) % config.stride() != 0 || pixels.size(3) % config.stride() != 0) {
            throw new InvalidRequestException("pictures of %dx%d cannot be judged, both sides must be multiples of %d"
                    .formatted(pixels.size(3), pixels.size(2), config.stride()));
        }
    }
}
