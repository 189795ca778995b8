package dev.hypersd.judge.feature;

import dev.hypersd.tensor.Tensors;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/** Rows of tensors as vectors of Java. */
public final class Vectors {
    private Vectors() {}

    /** Returns the rows of {@code [B, D]}. */
    public static List<double[]> of(Tensor rows) {
        int width = (int) rows.size(1);
        float[] all = Tensors.toFloats(rows);
        return IntStream.range(0, all.length / width)
                .mapToObj(row -> IntStream.range(0, width)
                        .mapToDouble(i -> all[row * width + i])
                        .toArray())
                .toList();
    }
}
