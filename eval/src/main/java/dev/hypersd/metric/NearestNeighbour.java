package dev.hypersd.metric;

import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The nearest of a set of pictures to a picture, by the Euclidean distance of their features.
 *
 * @param index the number of the nearest one in its set
 * @param distance the distance to it
 * @param next the distance to the second nearest, which is not equal to the nearest
 */
public record NearestNeighbour(int index, double distance, double next) {
    /**
     * A picture counts as a copy if its nearest neighbour is nearer than this share of the distance to the next one (Gu
     * et al., 2023, On Memorization in Diffusion Models, section 2.2).
     */
    private static final double COPY = 1.0 / 3;

    /** The number of vectors that are compared at once, which bounds the memory. */
    private static final int ROWS = 512;

    /** Returns whether the picture is a copy of its neighbour. */
    public boolean isCopy() {
        return distance < COPY * next;
    }

    /**
     * Finds the nearest neighbour of each vector. Of equal neighbours the first one counts.
     *
     * @param vectors the features of pictures
     * @param others the features of the set, in which at least two differ
     * @throws IllegalArgumentException if fewer differ
     */
    public static List<NearestNeighbour> of(List<double[]> vectors, List<double[]> others) {
        List<Integer> numbers = different(others);
        if (numbers.size() < 2) {
            throw new IllegalArgumentException("two of %d neighbours must differ".formatted(others.size()));
        }
        return Engine.infer(() -> {
            Tensor set = Matrix.of(numbers.stream().map(others::get).toList());
            List<NearestNeighbour> nearest = new ArrayList<>();
            for (int from = 0; from < vectors.size(); from += ROWS) {
                List<double[]> some = vectors.subList(from, Math.min(from + ROWS, vectors.size()));
                nearest.addAll(TensorScope.released(() -> nearest(Matrix.of(some), set, numbers)));
            }
            return nearest;
        });
    }

    private static List<NearestNeighbour> nearest(Tensor vectors, Tensor set, List<Integer> numbers) {
        var two = distances(vectors, set).topk(2, 1, false, true);
        double[] distances = Tensors.data(two.get0().contiguous()).toArray(ValueLayout.JAVA_DOUBLE);
        long[] places = Tensors.toLongs(two.get1().contiguous());
        List<NearestNeighbour> nearest = new ArrayList<>();
        for (int i = 0; i < distances.length; i += 2) {
            nearest.add(new NearestNeighbour(numbers.get((int) places[i]), distances[i], distances[i + 1]));
        }
        return nearest;
    }

    /** Returns {@code [N, M]}. */
    private static Tensor distances(Tensor a, Tensor b) {
        return a.mm(b.t())
                .mul_(new Scalar(-2.0))
                .add_(a.square().sum(1).unsqueeze(1))
                .add_(b.square().sum(1))
                .clamp_min_(new Scalar(0.0))
                .sqrt_();
    }

    private static List<Integer> different(List<double[]> vectors) {
        Set<List<Double>> known = new HashSet<>();
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < vectors.size(); i++) {
            List<Double> boxed = new ArrayList<>();
            for (double value : vectors.get(i)) {
                boxed.add(value);
            }
            if (known.add(boxed)) {
                numbers.add(i);
            }
        }
        return numbers;
    }

    /** Returns the mean distance of the vectors of a set to the nearest other one of it. */
    public static double within(List<double[]> set) {
        // The nearest of all is the vector itself, and so the next one is what is meant.
        return of(set, set).stream()
                .mapToDouble(NearestNeighbour::next)
                .average()
                .orElseThrow();
    }
}
