package dev.hypersd.nn;

import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;

/** One named tensor of a network. Adapters refer to its identity, not its value. */
public final class Parameter {
    private final String name;
    private final Tensor base;
    private final Dtype dtype;
    private final boolean converted;

    /**
     * Creates the parameter.
     *
     * @param dtype the type in which the network computes, which may differ from that of {@code base}
     */
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

    /** Returns the tensor without adapters, in the type in which it is held. */
    public Tensor base() {
        return base;
    }

    /**
     * Returns the weight to compute with: the base, changed by the adapters that are active in the current call. A
     * weight that is held in another type is converted for this use, into the caller's scope.
     */
    Weight weight() {
        Weight held = Adapters.active().apply(this);
        return converted ? held.to(dtype) : held;
    }

    /** Returns the weight to compute with, as one tensor. */
    public Tensor value() {
        return weight().whole();
    }

    /** Returns the type in which the network computes. */
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
