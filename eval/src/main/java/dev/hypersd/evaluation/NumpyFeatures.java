package dev.hypersd.evaluation;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.judge.FeatureKind;
import dev.hypersd.judge.feature.FidInception;
import dev.hypersd.metric.FeatureStatistics;
import dev.hypersd.weights.NpzFile;
import dev.hypersd.weights.NpzFile.NumpyArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the files in which clean-fid and pytorch-fid store Inception's features: their mean {@code mu} and covariance
 * {@code sigma}, or the features themselves as {@code feats}.
 */
final class NumpyFeatures {
    private static final int WIDTH = FidInception.FEATURES;

    private NumpyFeatures() {}

    /**
     * Reads an archive of NumPy's ({@code .npz}).
     *
     * @throws InvalidFileException if it is broken or contains neither of the two
     */
    static ReferenceFeatures read(Path file) {
        try (NpzFile stored = NpzFile.open(file)) {
            Optional<NumpyArray> features = stored.read("feats");
            if (features.isPresent()) {
                return new ReferenceFeatures(
                        file.toString(), Map.of(FeatureKind.INCEPTION, rows(file, features.get())), Optional.empty());
            }
            Optional<NumpyArray> mean = stored.read("mu");
            Optional<NumpyArray> covariance = stored.read("sigma");
            if (mean.isEmpty() || covariance.isEmpty()) {
                throw new InvalidFileException(file, "has neither mu and sigma nor feats");
            }
            return new ReferenceFeatures(
                    file.toString(), Map.of(), Optional.of(statistics(file, mean.get(), covariance.get())));
        }
    }

    private static FeatureStatistics statistics(Path file, NumpyArray mean, NumpyArray covariance) {
        if (!Arrays.equals(mean.shape(), new long[] {WIDTH})
                || !Arrays.equals(covariance.shape(), new long[] {WIDTH, WIDTH})) {
            throw new InvalidFileException(
                    file,
                    "has mu of shape %s and sigma of shape %s, not those of Inception's %d features"
                            .formatted(Arrays.toString(mean.shape()), Arrays.toString(covariance.shape()), WIDTH));
        }
        return FeatureStatistics.of(mean.values(), covariance.values());
    }

    private static List<float[]> rows(Path file, NumpyArray matrix) {
        long[] shape = matrix.shape();
        if (shape.length != 2 || shape[0] < 2 || shape[1] != WIDTH) {
            throw new InvalidFileException(
                    file,
                    "has feats of shape %s, not %d features of at least 2 pictures"
                            .formatted(Arrays.toString(shape), WIDTH));
        }
        List<float[]> rows = new ArrayList<>();
        for (int from = 0; from < matrix.values().length; from += WIDTH) {
            float[] row = new float[WIDTH];
            for (int i = 0; i < WIDTH; i++) {
                row[i] = (float) matrix.values()[from + i];
            }
            rows.add(row);
        }
        return rows;
    }
}
