package dev.hypersd.vae;

import static dev.hypersd.tensor.TensorScope.chain;

import dev.hypersd.nn.Conv2d;
import dev.hypersd.nn.Parameters;
import org.bytedeco.pytorch.Tensor;

/** Three 3x3 convolutions with ReLU after each, the last after the shortcut: {@code [B, C, H, W] -> [B, C, H, W]}. */
final class TinyBlock {
    private final Conv2d conv1;
    private final Conv2d conv2;
    private final Conv2d conv3;

    TinyBlock(Parameters p, long channels) {
        this.conv1 = Conv2d.same3x3(p.at("conv.0"), channels, channels);
        this.conv2 = Conv2d.same3x3(p.at("conv.2"), channels, channels);
        this.conv3 = Conv2d.same3x3(p.at("conv.4"), channels, channels);
    }

    Tensor forward(Tensor x) {
        return chain(
                x,
                h -> conv1.forward(h).relu_(),
                h -> conv2.forward(h).relu_(),
                h -> conv3.forward(h).add_(x).relu_());
    }
}
