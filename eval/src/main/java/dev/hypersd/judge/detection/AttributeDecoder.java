package dev.hypersd.judge.detection;

import dev.hypersd.scene.Background;
import dev.hypersd.scene.Colour;
import dev.hypersd.scene.Kind;
import dev.hypersd.scene.Style;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** From what the network says of a grid to what is to be seen. */
public final class AttributeDecoder {
    /** Of the probability that an object is there; peaks below it are doubts. */
    private static final double SURE = 0.3;

    private final AttributeReader reader;

    public AttributeDecoder(AttributeReader reader) {
        this.reader = reader;
    }

    /** One peak: a cell that is surer of a kind than its neighbours. */
    private record Peak(int picture, int kind, int row, int column, double confidence) {}

    /** What each picture shows, from its {@link AttributeReader#grid}. */
    public List<Detections> of(Tensor grid) {
        return TensorScope.released(() -> {
            int height = (int) grid.size(2);
            int width = (int) grid.size(3);
            List<Peak> peaks = peaks(reader.peaks(grid).sigmoid());
            List<List<DetectedObject>> seen = IntStream.range(0, (int) grid.size(0))
                    .<List<DetectedObject>>mapToObj(i -> new ArrayList<>())
                    .toList();
            if (!peaks.isEmpty()) {
                Tensor cells = ids(peaks, p -> ((long) p.picture * height + p.row) * width + p.column);
                float[] told = Tensors.toFloats(reader.describe(grid, cells, ids(peaks, Peak::kind)));
                int each = told.length / peaks.size();
                for (int i = 0; i < peaks.size(); i++) {
                    seen.get(peaks.get(i).picture).add(seen(peaks.get(i), told, i * each, each, height, width));
                }
            }
            float[] around = Tensors.toFloats(reader.surroundings(grid));
            int each = around.length / seen.size();
            return IntStream.range(0, seen.size())
                    .mapToObj(i -> new Detections(
                            Distinct.of(seen.get(i)),
                            Background.values()[largest(around, i * each, Background.values().length)],
                            Style.values()[
                                    largest(around, i * each + Background.values().length, Style.values().length)]))
                    .toList();
        });
    }

    private static DetectedObject seen(Peak peak, float[] told, int at, int each, int height, int width) {
        return new DetectedObject(
                Kind.values()[peak.kind],
                Colour.values()[largest(told, at + AttributeReader.GEOMETRY, each - AttributeReader.GEOMETRY)],
                (peak.column + 0.5 + told[at]) / width,
                (peak.row + 0.5 + told[at + 1]) / height,
                Math.exp(told[at + 2]),
                peak.confidence);
    }

    private static List<Peak> peaks(Tensor probability) {
        Tensor around = torch.max_pool2d(
                probability, new long[] {3, 3}, new long[] {1, 1}, new long[] {1, 1}, new long[] {1, 1}, false);
        float[] values = Tensors.toFloats(probability);
        float[] highest = Tensors.toFloats(around);
        int kinds = (int) probability.size(1);
        int height = (int) probability.size(2);
        int width = (int) probability.size(3);
        List<Peak> peaks = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            if (values[i] > SURE && values[i] == highest[i]) {
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
