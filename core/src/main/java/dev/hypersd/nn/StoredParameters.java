package dev.hypersd.nn;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.kernel.Form;
import dev.hypersd.kernel.PackedWeight;
import dev.hypersd.tensor.Cancellation;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.weights.StoredTensor;
import dev.hypersd.weights.WeightSource;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** Parameters from a file, converted to the type in which the network computes: once, or at each use. */
public final class StoredParameters implements ParameterSource {
    /** The bytes of a file that are in memory while weights are packed. */
    private static final long PART = 128L << 20;

    private final WeightSource source;
    private final Placement placement;
    private final TensorArena arena;
    private final Set<String> unused;
    private long read;

    /** Creates a source whose weights are converted once, on the CPU. */
    public StoredParameters(WeightSource source, Dtype dtype, TensorArena arena) {
        this(source, Placement.of(dtype), arena);
    }

    /**
     * Creates a source.
     *
     * @param arena the owner of the tensors; the source must stay open as long as it
     */
    public StoredParameters(WeightSource source, Placement placement, TensorArena arena) {
        this.source = source;
        this.placement = placement;
        this.arena = arena;
        this.unused = new LinkedHashSet<>(source.names());
    }

    /** Provides a parameter as {@link ParameterSource} says; before that, the work may be ended. */
    @Override
    public Tensor provide(String name, Init init, long[] shape) {
        return load(name, shape, placement::held);
    }

    /**
     * {@inheritDoc} A weight that is packed is held as the file has it, which takes no memory once the pages of the
     * file have been evicted.
     */
    @Override
    public Factor provideFactor(String name, Init init, long[] shape, Form form, boolean quantised) {
        Optional<Dtype> products = placement
                .products()
                .map(type -> quantised ? type : placement.dtype())
                .filter(type -> type != Dtype.F32 && PackedWeight.fits(shape));
        Tensor tensor = load(name, shape, products.isPresent() ? stored -> stored : placement::held);
        return new Factor(
                tensor, products.map(type -> arena.own(new PackedWeight(tensor, form, type, this::evictAfter))));
    }

    /** Evicts the pages of the file whenever another part of it has been read. */
    private void evictAfter(long bytes) {
        read += bytes;
        if (read >= PART) {
            source.evictPages();
            read = 0;
        }
    }

    private Tensor load(String name, long[] shape, UnaryOperator<Dtype> holding) {
        Cancellation.check();
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
        Dtype held = holding.apply(stored.dtype());
        return arena.own(
                TensorScope.scoped(() -> placement.device().place(stored.load().to(held.scalarType()))));
    }

    @Override
    public Dtype computedIn(Tensor provided) {
        return placement.dtype();
    }

    /** Returns the names of the tensors in the source that no layer has taken. */
    public Set<String> unused() {
        return Set.copyOf(unused);
    }
}
