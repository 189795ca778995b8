package dev.hypersd.tensor;

import dev.hypersd.error.InvalidRequestException;
import java.util.Locale;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The devices on which tensors are held and computed. This is the only place that asks the engine for a device. */
public enum Device {
    CPU,

    /** The first CUDA device, which needs the engine's build for CUDA. */
    CUDA;

    /**
     * Returns the device with this name, in any letter case.
     *
     * @throws InvalidRequestException if there is none
     */
    public static Device named(String name) {
        for (Device device : values()) {
            if (device.name().equalsIgnoreCase(name)) {
                return device;
            }
        }
        throw new InvalidRequestException("there is no device \"" + name + "\"; known are cpu and cuda");
    }

    /**
     * Checks that this machine has the device and the engine can use it.
     *
     * @throws InvalidRequestException if not
     */
    public void requireAvailable() {
        if (this == CUDA && !Engine.call(torch::cuda_is_available)) {
            throw new InvalidRequestException(
                    ("no CUDA device can be used: either this machine has none, or the engine was built without "
                                    + "(applications depend on %s, the command is built with -Pcuda; CUDA 13.1 and "
                                    + "cuDNN 9.19 must be installed)")
                            .formatted(Engine.artefact("cuda")));
        }
    }

    /** Copies {@code tensor} to this device, or returns it if it is already there. */
    public Tensor place(Tensor tensor) {
        return tensor.to(new org.bytedeco.pytorch.Device(toString()), tensor.scalar_type());
    }

    /** Returns the engine's name, {@code cpu} or {@code cuda}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
