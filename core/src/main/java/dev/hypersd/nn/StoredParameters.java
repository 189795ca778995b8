package dev.hypersd.nn;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.weights.StoredTensor;
import dev.hypersd.weights.WeightSource;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** Parameters that come from a file, converted to the type that the network computes with. */
public final class StoredParameters implements ParameterSource {
    private final WeightSource source;
    private final Dtype dtype;
    private final Device device;
    private final TensorArena arena;
    private final Set<String> unused;

    /** On the CPU. */
    public StoredParameters(WeightSource source, Dtype dtype, TensorArena arena) {
        this(source, dtype, Device.CPU, arena);
    }

    /** @param arena the owner of the tensors; the source must stay open for as long */
    public StoredParameters(WeightSource source, Dtype dtype, Device device, TensorArena arena) {
        this.source = source;
        this.dtype = dtype;
        this.device = device;
        this.arena = arena;
        this.unused = new LinkedHashSet<>(source.names());
    }

    @Override
    public Tensor provide(String name, Init init, long[] shape) {
        StoredTensor stored = source.find(name)
                .orElseThrow(() -> new InvalidFileException(source.file(), "tensor " + name + " is missing"));
        if (!stored.dtype().isFloatingPoint()) {
            throw new InvalidFileException(
                    stored.file(),
                    "tensor " + name + " is stored as " + stored.dtype() + ", weights are floating-point");
        }
        if (!Arrays.equals(stored.shape(), shape)) {
            throw new InvalidFileException(
                    stored.file(),
                    "tensor %s has shape %s, the network needs shape %s"
                            .formatted(name, Arrays.toString(stored.shape()), Arrays.toString(shape)));
        }
        unused.remove(name);
        return arena.own(TensorScope.scoped(() -> device.place(stored.load().to(dtype.scalarType()))));
    }

    /** The tensors of the source that no layer has asked for. */
    public Set<String> unused() {
        return Set.copyOf(unused);
    }
}
