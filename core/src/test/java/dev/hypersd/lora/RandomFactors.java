package dev.hypersd.lora;

import dev.hypersd.nn.Parameter;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;

/** Adapters with random values, deterministic by seed. */
final class RandomFactors {
    private RandomFactors() {}

    /** Factors that fit {@code target}, in its number of dimensions. */
    static Factors of(Parameter target, long rank, double alpha, Random random) {
        long[] down = target.shape();
        long[] up = new long[down.length];
        Arrays.fill(up, 1);
        up[0] = down[0];
        up[1] = rank;
        down[0] = rank;
        return new Factors(target, uniform(random, down), uniform(random, up), alpha);
    }

    /** A LoRA of rank 3 with alpha 2 on each of {@code targets}, through a file. */
    static Lora lora(LoraTargets model, Collection<Parameter> targets, long seed) {
        try {
            Path file = Files.createTempFile("lora", ".safetensors");
            Random random = new Random(seed);
            List<Factors> factors =
                    targets.stream().map(p -> of(p, 3, 2, random)).toList();
            new LoraWriter(model, Spelling.KOHYA, Dtype.F32).write(file, factors, Map.of());
            Lora lora = Lora.fit(LoraFile.open(file), model);
            Files.delete(file);
            return lora;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Tensor uniform(Random random, long... shape) {
        float[] values = new float[(int) Shapes.count(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return Tensors.of(values, shape);
    }
}
