package dev.hypersd.judge.reward;

import dev.hypersd.tensor.Tensors;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/** What judges say, out of the engine. */
public final class Scores {
    private Scores() {}

    /** The elements of {@code scores}. */
    public static List<Double> of(Tensor scores) {
        float[] values = Tensors.toFloats(scores);
        return IntStream.range(0, values.length)
                .mapToObj(i -> (double) values[i])
                .toList();
    }
}
