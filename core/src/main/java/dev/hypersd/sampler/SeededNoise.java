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
 * Noise from seeds, the same that PyTorch's generator on the CPU gives, so that a seed means the picture the user
 * knows.
 *
 * <p>With one seed for each image every image has a generator of its own, and does not depend on the batch it is made
 * in. Not safe to share between threads; owned by the scope it is made in.
 */
public final class SeededNoise implements NoiseSource {
    private final List<GeneratorOptional> generators;

    /**
     * @param seeds one for each image of a batch, or a single one for whatever is drawn; all 64
     *     bits count, as in PyTorch, without a sign
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
     * Returns the next noise of {@code shape}: from the single generator as a whole, else row by row, each from its
     * own.
     *
     * @param shape {@code [B, ...]}; with several seeds B is their number
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
