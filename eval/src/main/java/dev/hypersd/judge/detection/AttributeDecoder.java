package dev.hypersd.judge.detection;

import dev.hypersd.judge.detection.Detections.DetectedObject;
import dev.hypersd.scene.content.Background;
import dev.hypersd.scene.content.Colour;
import dev.hypersd.scene.content.Kind;
import dev.hypersd.scene.content.Style;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Decodes the outputs of an {@link AttributeReader}: objects are the peaks of its heatmaps, as in CenterNet (Zhou et
 * al., 2019, section 4), and of several detections of the same object the most confident one is kept.
 */
public final class AttributeDecoder {
    /** The lowest probability of a peak that is a detection. */
    private static final double LEAST_CONFIDENCE = 0.3;

    /**
     * The largest distance between the centres of two detections of one object, as a fraction of the smaller extent.
     */
    private static final double SAME_CENTRE = 0.35;

    /** The largest ratio of the extents of two detections of one object. */
    private static final double SAME_EXTENT = 1.5;

    private final AttributeReader reader;

    public AttributeDecoder(AttributeReader reader) {
        this.reader = reader;
    }

    /** A cell whose probability of a kind is not lower than that of any neighbour. */
    private record Peak(int picture, int kind, int row, int column, double confidence) {}

    /**
     * Returns the detections of each picture.
     *
     * @param grid the features {@code [B, C, h, w]} from {@link AttributeReader#grid}
     */
    public List<Detections> decode(Tensor grid) {
        return TensorScope.released(() -> {
            int height = (int) grid.size(2);
            int width = (int) grid.size(3);
            List<Peak> peaks = peaks(reader.peaks(grid).sigmoid());
            List<List<DetectedObject>> objects = IntStream.range(0, (int) grid.size(0))
                    .<List<DetectedObject>>mapToObj(i -> new ArrayList<>())
                    .toList();
            if (!peaks.isEmpty()) {
                Tensor cells = ids(peaks, p -> ((long) p.picture * height + p.row) * width + p.column);
                float[] described = Tensors.toFloats(reader.describe(grid, cells, ids(peaks, Peak::kind)));
                int each = described.length / peaks.size();
                for (int i = 0; i < peaks.size(); i++) {
                    objects.get(peaks.get(i).picture)
                            .add(object(peaks.get(i), described, i * each, each, height, width));
                }
            }
            float[] surroundings = Tensors.toFloats(reader.surroundings(grid));
            int each = surroundings.length / objects.size();
            return IntStream.range(0, objects.size())
                    .mapToObj(i -> new Detections(
                            distinct(objects.get(i)),
                            Background.values()[largest(surroundings, i * each, Background.values().length)],
                            Style.values()[
                                    largest(
                                            surroundings,
                                            i * each + Background.values().length,
                                            Style.values().length)]))
                    .toList();
        });
    }

    /**
     * Keeps the most confident of several detections of the same object.
     *
     * @param objects the detections, the most confident first
     */
    static List<DetectedObject> distinct(List<DetectedObject> objects) {
        List<DetectedObject> kept = new ArrayList<>();
        for (DetectedObject candidate : objects) {
            if (kept.stream().noneMatch(other -> same(candidate, other))) {
                kept.add(candidate);
            }
        }
        return kept;
    }

    private static boolean same(DetectedObject a, DetectedObject b) {
        double smaller = Math.min(a.extent(), b.extent());
        double distance = Math.hypot(a.x() - b.x(), a.y() - b.y());
        return Math.max(a.extent(), b.extent()) < SAME_EXTENT * smaller && distance < SAME_CENTRE * smaller;
    }

    private static DetectedObject object(Peak peak, float[] described, int at, int each, int height, int width) {
        return new DetectedObject(
                Kind.values()[peak.kind],
                Colour.values()[largest(described, at + AttributeReader.GEOMETRY, each - AttributeReader.GEOMETRY)],
                (peak.column + 0.5 + described[at]) / width,
                (peak.row + 0.5 + described[at + 1]) / height,
                Math.exp(described[at + 2]),
                peak.confidence);
    }

    private static List<Peak> peaks(Tensor probability) {
        Tensor neighbours = torch.max_pool2d(
                probability, new long[] {3, 3}, new long[] {1, 1}, new long[] {1, 1}, new long[] {1, 1}, false);
        float[] values = Tensors.toFloats(probability);
        float[] highest = Tensors.toFloats(neighbours);
        int kinds = (int) probability.size(1);
        int height = (int) probability.size(2);
        int width = (int) probability.size(3);
        List<Peak> peaks = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            if (values[i] > LEAST_CONFIDENCE && values[i] == highest[i]) {
                int map = i / (height * width);
                peaks.add(new Peak(map / kinds, map % kinds, i / width % height, i % width, values[i]));
            }
        }
        peaks.sort(Comparator.comparingDouble(Peak::confidence).reversed());
        return peaks;
    }

    private static Tensor ids(List<Peak> peaks, ToLongFunction<Peak> id) {
        return Tensors.of(peaks.stream().mapToLong(id).toArray(), peaks.size());
    }

    private static int largest(float[] values, int from, int count) {
        return IntStream.range(0, count)
                .boxed()
                .max(Comparator.comparingDouble(i -> values[from + i]))
                .orElseThrow();
    }
}
