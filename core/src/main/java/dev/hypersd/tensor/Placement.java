package dev.hypersd.tensor;

import dev.hypersd.error.InvalidRequestException;
import java.util.Optional;

/**
 * The type in which a network computes, and how and where its weights are held.
 *
 * @param dtype the type in which it computes
 * @param storage whether weights are held in that type or as stored
 * @param device the device of the weights
 * @param products the type, BF16 or I8, in which linear layers and convolutions multiply weights that were arranged for
 *     it once; empty where the engine multiplies all weights in {@code dtype}
 */
public record Placement(Dtype dtype, WeightStorage storage, Device device, Optional<Dtype> products) {
    /** Creates a placement in which the engine multiplies all weights. */
    public Placement(Dtype dtype, WeightStorage storage, Device device) {
        this(dtype, storage, device, Optional.empty());
    }

    /** Creates a placement of weights converted to {@code dtype}, on the CPU, which the engine multiplies. */
    public static Placement of(Dtype dtype) {
        return new Placement(dtype, WeightStorage.CONVERTED, Device.CPU);
    }

    /**
     * Creates a placement for drawing, without gradients.
     *
     * @param type F32, F16, BF16, or I8 for products of integers between values of {@link Engine#fastestDtype}. Weights
     *     are arranged for products in I8, and in BF16 where the processor has instructions for it, unless they are
     *     held as stored
     * @throws InvalidRequestException if weights for products in I8 are to be held as stored or on another device
     */
    public static Placement drawing(Dtype type, WeightStorage storage, Device device) {
        boolean arranged = storage == WeightStorage.CONVERTED && device == Device.CPU;
        if (type == Dtype.I8) {
            if (!arranged) {
                throw new InvalidRequestException(
                        "int8 computes on the CPU with weights that it converts; leave out --weights and --device");
            }
            return new Placement(Engine.fastestDtype(), storage, device, Optional.of(Dtype.I8));
        }
        boolean packs = arranged && type == Dtype.BF16 && Engine.fastestDtype() == Dtype.BF16;
        return new Placement(type, storage, device, packs ? Optional.of(Dtype.BF16) : Optional.empty());
    }

    /** Returns a sentence that says how networks compute. */
    public String describe() {
        String arranged = products.map(", with weights arranged for products in %s"::formatted)
                .orElse("");
        return "networks compute in %s on %s%s".formatted(dtype, device, arranged);
    }

    /** Returns this placement with another type to compute in, in which the engine multiplies all weights. */
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
