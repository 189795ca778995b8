package dev.hypersd.weights;

import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorScope;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/** A stored tensor with another name and another layout. */
final class RelaidTensor implements StoredTensor {
    private final String name;
    private final long[] shape;
    private final StoredTensor stored;
    private final UnaryOperator<Tensor> change;

    RelaidTensor(String name, long[] shape, StoredTensor stored, UnaryOperator<Tensor> change) {
        this.name = name;
        this.shape = shape.clone();
        this.stored = stored;
        this.change = change;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Dtype dtype() {
        return stored.dtype();
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    @Override
    public Path file() {
        return stored.file();
    }

    @Override
    public Tensor load() {
        return TensorScope.scoped(() -> change.apply(stored.load()));
    }
}
