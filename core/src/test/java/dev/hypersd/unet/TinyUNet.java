package dev.hypersd.unet;

import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** U-Nets of a few thousand random parameters, and inputs that fit them. */
final class TinyUNet {
    static final UNetConfig PLAIN = config(OptionalInt.empty(), Optional.empty());

    /** Takes pooled text of width 6 and six numbers, each as two waves. */
    static final UNetConfig WITH_ADDED = config(OptionalInt.empty(), Optional.of(new UNetConfig.Added(2, 18)));

    static final UNetConfig GUIDED = config(OptionalInt.of(4), Optional.empty());

    private TinyUNet() {}

    private static UNetConfig config(OptionalInt guidance, Optional<UNetConfig.Added> added) {
        UNetConfig.Transformer transformer = new UNetConfig.Transformer(1, 2);
        return new UNetConfig(
                4,
                4,
                8,
                List.of(
                        new UNetConfig.Level(4, 1, Optional.of(transformer)),
                        new UNetConfig.Level(8, 1, Optional.empty())),
                transformer,
                6,
                UNetConfig.Projection.LINEAR,
                2,
                1e-5,
                new UNetConfig.Time(UNetConfig.Order.COSINE_FIRST, 0, 16),
                guidance,
                added);
    }

    static UNet2DConditionModel random(UNetConfig config, TensorArena arena) {
        return random(config, Dtype.F32, arena);
    }

    static UNet2DConditionModel random(UNetConfig config, Dtype dtype, TensorArena arena) {
        return new UNet2DConditionModel(config, new Parameters(new RandomParameters(1, dtype, arena)));
    }

    static Tensor noise(long... shape) {
        return torch.randn(shape, Tensors.options(Dtype.F32));
    }

    static Tensor times(float... values) {
        return Tensors.of(values, values.length);
    }
}
