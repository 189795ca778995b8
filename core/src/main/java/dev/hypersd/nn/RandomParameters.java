package dev.hypersd.nn;

import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Parameters of a network that begins from nothing, drawn as each layer's {@link Init} says, deterministic by seed. */
public final class RandomParameters implements ParameterSource {
    private final Generator generator;
    private final Dtype dtype;
    private final TensorArena arena;

    /** @param arena the owner of the tensors */
    public RandomParameters(long seed, Dtype dtype, TensorArena arena) {
        this.generator = torch.make_generator_cpu(seed);
        this.dtype = dtype;
        this.arena = arena;
    }

    @Override
    public Tensor provide(String name, Init init, long[] shape) {
        return arena.own(TensorScope.scoped(() -> draw(init, shape).to(dtype.scalarType())));
    }

    private Tensor draw(Init init, long[] shape) {
        Tensor tensor = torch.empty(shape, Tensors.options(Dtype.F32), new MemoryFormatOptional());
        GeneratorOptional source = new GeneratorOptional(generator);
        return switch (init) {
            case Init.Constant(double value) -> tensor.fill_(new Scalar(value));
            case Init.Uniform(double bound) -> tensor.uniform_(-bound, bound, source);
            case Init.Normal(double deviation) -> tensor.normal_(0, deviation, source);
        };
    }
}
