package dev.hypersd.nn;

import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;

/** Parameters without values: the network can be asked what it consists of, and costs nothing. */
public final class ShapesOnly implements ParameterSource {
    @Override
    public Tensor provide(String name, Init init, long[] shape) {
        return Tensors.meta(Dtype.F32, shape);
    }
}
