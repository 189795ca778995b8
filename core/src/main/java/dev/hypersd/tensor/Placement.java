package dev.hypersd.tensor;

/**
 * The type in which a network computes, and how and where its weights are held.
 *
 * @param dtype the type in which it computes
 * @param storage whether weights are held in that type or as stored
 * @param device the device of the weights
 */
public record Placement(Dtype dtype, WeightStorage storage, Device device) {
    /** Creates a placement of weights converted to {@code dtype}, on the CPU. */
    public static Placement of(Dtype dtype) {
        return new Placement(dtype, WeightStorage.CONVERTED, Device.CPU);
    }

    /** Returns this placement with another type to compute in. */
    public Placement withDtype(Dtype other) {
        return new Placement(other, storage, device);
    }

    /** Returns the type in which a weight is held whose type in the file is {@code stored}. */
    public Dtype held(Dtype stored) {
        return switch (storage) {
            case CONVERTED -> dtype;
            case AS_STORED -> stored.bytes() < dtype.bytes() ? stored : dtype;
        };
    }
}
