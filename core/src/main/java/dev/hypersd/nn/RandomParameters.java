package dev.hypersd.nn;

import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorArena;
import org.bytedeco.pytorch.Tensor;

/** Parameters of a new network, drawn as each layer's {@link Init} specifies, deterministic by seed. */
public final class RandomParameters implements ParameterSource {
    private final RandomTensors random;
    private final Dtype dtype;
    private final TensorArena arena;

    /**
     * Creates the source.
     *
     * @param arena the owner of the tensors
     */
    public RandomParameters(long seed, Dtype dtype, TensorArena arena) {
        this.random = new RandomTensors(seed);
        this.dtype = dtype;
        this.arena = arena;
    }

    @Override
    public Tensor provide(String name, Init init, long[] shape) {
        return arena.own(random.draw(init, dtype, shape));
    }
}
