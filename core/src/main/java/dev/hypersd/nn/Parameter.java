package dev.hypersd.nn;

import dev.hypersd.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;

/** One named tensor of a network. Its identity, not its value, is what adapters refer to. */
public final class Parameter {
    private final String name;
    private final Tensor base;

    Parameter(String name, Tensor base) {
        this.name = name;
        this.base = base;
    }

    /** The dotted name in the diffusers layout, for example {@code down_blocks.0.resnets.1.conv1.weight}. */
    public String name() {
        return name;
    }

    /** The tensor itself, without any adapter. */
    public Tensor base() {
        return base;
    }

    /** The tensor to compute with: the base, changed by the adapters that are active in the current call. */
    public Tensor value() {
        return Adapters.active().apply(this);
    }

    /** The shape, outermost dimension first. */
    public long[] shape() {
        return Tensors.shape(base);
    }

    @Override
    public String toString() {
        return name + " " + Tensors.describe(base);
    }
}
