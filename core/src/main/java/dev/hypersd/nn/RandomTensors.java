package dev.hypersd.nn;

import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Draws tensors one after another as an {@link Init} specifies, deterministic by seed and order. */
public final class RandomTensors {
    private final Generator generator;

    public RandomTensors(long seed) {
        this.generator = torch.make_generator_cpu(seed);
    }

    /** Draws the next tensor. It belongs to the caller's scope. */
    public Tensor draw(Init init, Dtype dtype, long... shape) {
        return TensorScope.scoped(() -> fill(Tensors.empty(shape), init).to(dtype.scalarType()));
    }

    private Tensor fill(Tensor tensor, Init init) {
        GeneratorOptional source = new GeneratorOptional(generator);
        return switch (init) {
            case Init.Constant(double value) -> tensor.fill_(new Scalar(value));
            case Init.Uniform(double bound) -> tensor.uniform_(-bound, bound, source);
            case Init.Normal(double deviation) -> tensor.normal_(0, deviation, source);
        };
    }
}
