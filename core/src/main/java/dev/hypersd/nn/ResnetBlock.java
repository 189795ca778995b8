package dev.hypersd.nn;

import static dev.hypersd.tensor.TensorScope.chain;

import dev.hypersd.tensor.TensorScope.Step;
import dev.hypersd.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A residual block of two 3x3 convolutions, each after GroupNorm and SiLU: {@code [B, in, H, W] -> [B, out, H, W]}.
 * Where {@code in} and {@code out} differ, the shortcut has a 1x1 convolution.
 */
public final class ResnetBlock {
    private final GroupNorm norm1;
    private final Conv2d conv1;
    private final GroupNorm norm2;
    private final Conv2d conv2;
    private final @Nullable Conv2d shortcut;

    /**
     * Builds the block.
     *
     * @param eps the epsilon of both normalisations
     */
    public ResnetBlock(Parameters p, long in, long out, long groups, double eps) {
        this.norm1 = new GroupNorm(p.at("norm1"), in, groups, eps);
        this.conv1 = Conv2d.same3x3(p.at("conv1"), in, out);
        this.norm2 = new GroupNorm(p.at("norm2"), out, groups, eps);
        this.conv2 = Conv2d.same3x3(p.at("conv2"), out, out);
        this.shortcut = in == out ? null : Conv2d.pointwise(p.at("conv_shortcut"), in, out);
    }

    public Tensor forward(Tensor x) {
        return forward(x, h -> h);
    }

    /**
     * Applies the block.
     *
     * @param between applied to the output {@code [B, out, H, W]} of the first convolution; may change it in place
     */
    public Tensor forward(Tensor x, Step between) {
        return chain(
                x,
                h -> Tensors.siluInPlace(norm1.forward(h)),
                conv1::forward,
                between,
                h -> Tensors.siluInPlace(norm2.forward(h)),
                h -> conv2.forward(h).add_(shortcut == null ? x : shortcut.forward(x)));
    }
}
