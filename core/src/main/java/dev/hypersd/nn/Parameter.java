package dev.hypersd.nn;

import dev.hypersd.kernel.PackedWeight;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;

/** One named tensor of a network. Adapters refer to its identity, not its value. */
public final class Parameter {
    private final String name;
    private final Tensor base;
    private final Dtype dtype;
    private final boolean converted;
    private final Optional<PackedWeight> packed;

    /**
     * Creates the parameter.
     *
     * @param dtype the type in which the network computes, which may differ from that of {@code base}
     * @param packed the same weight, packed; empty where the engine multiplies it
     */
    Parameter(String name, Tensor base, Dtype dtype, Optional<PackedWeight> packed) {
        this.name = name;
        this.base = base;
        this.dtype = dtype;
        this.converted = Dtype.of(base.scalar_type()) != dtype;
        this.packed = packed;
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
     * weight that is held in another type is converted for this use, into the caller's scope, unless it is packed.
     */
    Weight weight() {
        Weight held = Adapters.active().apply(this);
        Weight used = GradMode.is_enabled() ? held.unpacked() : held;
        return converted ? used.to(dtype) : used;
    }

    /** Returns the weight without changes. */
    public Weight unchanged() {
        return new Weight(base, List.of(), Optional.empty(), packed);
    }

    /** Returns the packed weight without adapters; empty where the engine multiplies it. */
    public Optional<PackedWeight> packed() {
        return packed;
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
