package dev.hypersd.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Distances between sets against the reference implementation, by the tolerances of the golden data. */
class DistanceReferenceTest {
    private static final Path SCORERS = Path.of(System.getProperty("hypersd.reference"), "scorers");

    static Stream<Path> frechetCases() throws IOException {
        try (Stream<Path> folders = Files.list(SCORERS)) {
            return folders
                    .filter(folder -> folder.getFileName().toString().startsWith("fid_"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("frechetCases")
    void frechetDistanceMatchesReference(Path folder) {
        try (SafetensorsFile golden = SafetensorsFile.open(folder.resolve("tensors.safetensors"))) {
            FeatureStatistics x = FeatureStatistics.of(rows(golden, "input.x"));
            FeatureStatistics y = FeatureStatistics.of(rows(golden, "input.y"));

            assertThat(x.mean()).containsExactly(values(golden, "expected.mu1"), within(1e-8));
            double[] covariance = values(golden, "expected.sigma1");
            assertThat(x.covariance()).containsExactly(covariance, tolerance(1e-8, largest(covariance)));
            double expected = values(golden, "expected.fid")[0];
            double distance = FrechetDistance.between(x, y);
            assertThat(distance).isNotNegative().isCloseTo(expected, tolerance(1e-5, expected));
            assertThat(FrechetDistance.between(y, x)).isCloseTo(distance, tolerance(1e-5, expected));
        }
    }

    @Test
    void kernelDistanceMatchesReference() {
        try (SafetensorsFile golden = SafetensorsFile.open(SCORERS.resolve("kid_cmmd/tensors.safetensors"))) {
            List<double[]> x = rows(golden, "input.x");
            List<double[]> y = rows(golden, "input.y");
            assertClose(KernelDistance.between(x, y), values(golden, "expected.kid_full")[0]);

            List<double[]> subsetsX = rows(golden, "input.subset_x");
            List<double[]> subsetsY = rows(golden, "input.subset_y");
            double[] distances = IntStream.range(0, subsetsX.size())
                    .mapToDouble(i -> KernelDistance.between(chosen(x, subsetsX.get(i)), chosen(y, subsetsY.get(i))))
                    .toArray();
            assertThat(distances).containsExactly(values(golden, "expected.kid_subsets"), within(1e-8));
            KernelDistance over = KernelDistance.of(distances);
            assertClose(over.mean(), values(golden, "expected.kid_mean")[0]);
            assertClose(over.deviation(), values(golden, "expected.kid_std")[0]);
        }
    }

    @Test
    void cmmdMatchesReference() {
        try (SafetensorsFile golden = SafetensorsFile.open(SCORERS.resolve("kid_cmmd/tensors.safetensors"))) {
            List<double[]> x = rows(golden, "input.x");
            List<double[]> y = rows(golden, "input.y");
            assertClose(CmmdDistance.between(x, y), values(golden, "expected.cmmd_raw")[0]);
            assertClose(CmmdDistance.between(units(x), units(y)), values(golden, "expected.cmmd_unit_norm")[0]);
            assertThat(CmmdDistance.between(x, x)).isCloseTo(0, within(1e-9));
        }
    }

    private static List<double[]> units(List<double[]> vectors) {
        return vectors.stream()
                .map(vector -> {
                    double length =
                            Math.sqrt(Arrays.stream(vector).map(v -> v * v).sum());
                    return Arrays.stream(vector).map(v -> v / length).toArray();
                })
                .toList();
    }

    private static void assertClose(double got, double expected) {
        assertThat(got).isCloseTo(expected, tolerance(1e-8, expected));
    }

    private static Offset<Double> tolerance(double absolute, double expected) {
        return within(absolute + 1e-6 * Math.abs(expected));
    }

    private static double largest(double[] values) {
        return Arrays.stream(values).map(Math::abs).max().orElseThrow();
    }

    private static List<double[]> chosen(List<double[]> all, double[] numbers) {
        return Arrays.stream(numbers).mapToObj(number -> all.get((int) number)).toList();
    }

    private static List<double[]> rows(SafetensorsFile file, String name) {
        double[] values = values(file, name);
        int width = (int) file.find(name).orElseThrow().shape()[1];
        return IntStream.range(0, values.length / width)
                .mapToObj(i -> Arrays.copyOfRange(values, i * width, (i + 1) * width))
                .toList();
    }

    private static double[] values(SafetensorsFile file, String name) {
        return Engine.infer(() -> {
            Tensor tensor = file.find(name)
                    .orElseThrow()
                    .load()
                    .to(Dtype.F64.scalarType())
                    .contiguous();
            return Tensors.data(tensor).toArray(ValueLayout.JAVA_DOUBLE);
        });
    }
}
