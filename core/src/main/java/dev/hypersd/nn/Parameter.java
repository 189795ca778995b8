package dev.hypersd.nn;

import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;

/** One named tensor of a network. Its identity, not its value, is what adapters refer to. */
public final class Parameter {
    private final String name;
    private final Tensor base;
    private final Dtype dtype;
    private final boolean converted;

    /** @param dtype what the network computes in, whatever {@code base} is held in */
    Parameter(String name, Tensor base, Dtype dtype) {
        this.name = name;
        this.base = base;
        this.dtype = dtype;
        this.converted = Dtype.of(base.scalar_type()) != dtype;
    }

    /** Returns the dotted name in the diffusers layout, for example {@code down_blocks.0.resnets.1.conv1.weight}. */
    public String name() {
        return name;
    }

    /** Returns the tensor itself, without any adapter and in the type that it is held in. */
    public Tensor base() {
        return base;
    }

    /**
     * Returns the value to compute with: the base, changed by the adapters that are active in the current call. What is
     * held in another type than it is computed with is converted for this use, into the caller's scope.
     */
    Weight weight() {
        Weight held = Adapters.active().apply(this);
        return converted ? held.to(dtype) : held;
    }

    /** Returns the same as one tensor. */
    public Tensor value() {
        return weight().whole();
    }

    /** Returns the type that the network computes in. */
    public Dtype dtype() {
        return dtype;
    }

    /** Returns the shape, outermost dimension first. */
    public long[] shape() {
        return Tensors.shape(base);
    }

    @Override
    public String toString() {
        return name + " " + Tensors.describe(base);
    }
}
