package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Noise from seeds, equal to that of PyTorch's generator on the CPU, so that a seed gives the picture that it gives in
 * diffusers.
 *
 * <p>With one seed for each image, each image has a generator of its own and does not depend on the batch. Not safe to
 * share between threads; owned by the scope it is made in.
 */
public final class SeededNoise implements NoiseSource {
    private final List<GeneratorOptional> generators;

    /**
     * Creates the source.
     *
     * @param seeds one seed for each image of a batch, or a single one for tensors of any shape; unsigned 64-bit
     *     numbers, as in PyTorch
     */
    public SeededNoise(long... seeds) {
        if (seeds.length == 0) {
            throw new InvalidRequestException("noise needs at least one seed");
        }
        List<GeneratorOptional> all = new ArrayList<>();
        for (long seed : seeds) {
            all.add(new GeneratorOptional(torch.make_generator_cpu(seed)));
        }
        this.generators = List.copyOf(all);
    }

    /**
     * Returns the next noise of {@code shape}: from the single generator as a whole, otherwise row by row, each from
     * its own.
     *
     * @param shape {@code [B, ...]}, where B is the number of seeds if there are several
     */
    @Override
    public Tensor next(long... shape) {
        if (generators.size() == 1) {
            return draw(generators.getFirst(), shape);
        }
        if (shape[0] != generators.size()) {
            throw new IllegalArgumentException("%d seeds cannot give noise of shape %s, which has %d rows"
                    .formatted(generators.size(), Arrays.toString(shape), shape[0]));
        }
        long[] row = shape.clone();
        row[0] = 1;
        return Tensors.cat(0, generators.stream().map(g -> draw(g, row)).toList());
    }

    private static Tensor draw(GeneratorOptional generator, long[] shape) {
        return torch.randn(shape, generator, Tensors.options(Dtype.F32));
    }
}
