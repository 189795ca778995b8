package dev.hypersd.nn;

import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;

/**
 * The type and the device that the weights of a network are held in.
 *
 * @param dtype what it computes in
 * @param storage whether that is what they are held in
 * @param device where they are
 */
public record Placement(Dtype dtype, WeightStorage storage, Device device) {
    /** Converted to {@code dtype}, on the CPU. */
    public static Placement of(Dtype dtype) {
        return new Placement(dtype, WeightStorage.CONVERTED, Device.CPU);
    }

    /** Returns the same for computing in another type. */
    public Placement withDtype(Dtype other) {
        return new Placement(other, storage, device);
    }

    /** Returns the type that a weight is held in whose file has it in {@code stored}. */
    public Dtype held(Dtype stored) {
        return switch (storage) {
            case CONVERTED -> dtype;
            case AS_STORED -> stored.bytes() < dtype.bytes() ? stored : dtype;
        };
    }
}
