package dev.hypersd.weights;

import dev.hypersd.tensor.Dtype;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/** A stored tensor whose values are loaded by a function, which is called by each {@link #load}. */
final class DeferredTensor implements StoredTensor {
    private final String name;
    private final Dtype dtype;
    private final long[] shape;
    private final Path file;
    private final Supplier<Tensor> values;

    DeferredTensor(String name, Dtype dtype, long[] shape, Path file, Supplier<Tensor> values) {
        this.name = name;
        this.dtype = dtype;
        this.shape = shape.clone();
        this.file = file;
        this.values = values;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Dtype dtype() {
        return dtype;
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public Tensor load() {
        return values.get();
    }
}
