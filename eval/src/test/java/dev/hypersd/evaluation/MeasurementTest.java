package dev.hypersd.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.evaluation.Judgement.Picture;
import dev.hypersd.judge.FeatureKind;
import dev.hypersd.metric.FeatureStatistics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MeasurementTest {
    private static final List<float[]> SQUARE =
            List.of(new float[] {0, 0}, new float[] {2, 0}, new float[] {0, 2}, new float[] {2, 2});

    @Test
    void cmmdIsZeroForTheSamePicturesAndGrowsWithTheDistance() {
        assertThat(cmmd(SQUARE)).isCloseTo(0, within(1e-9));
        double near = cmmd(shifted(1));
        assertThat(near).isPositive().isLessThan(cmmd(shifted(3)));
    }

    private static double cmmd(List<float[]> reference) {
        EvaluationResult result = measure(
                FeatureKind.CMMD,
                new ReferenceFeatures("pictures", Map.of(FeatureKind.CMMD, reference), Optional.empty()));
        return result.value("CMMD").orElseThrow();
    }

    @Test
    void storedStatisticsOfInceptionGiveFidAndNoKid() {
        // The covariance of the corners is 4/3 in each direction, and the mean is one away in one of them.
        FeatureStatistics statistics = FeatureStatistics.of(new double[] {2, 1}, 4 / 3.0, 0, 0, 4 / 3.0);
        EvaluationResult result = measure(
                FeatureKind.INCEPTION, new ReferenceFeatures("reference.npz", Map.of(), Optional.of(statistics)));
        assertThat(result.value("FID (Inception)").orElseThrow()).isCloseTo(1, within(1e-9));
        assertThat(result.value("KID (Inception)")).isEmpty();
    }

    @Test
    void storedFeaturesOfInceptionGiveBoth() {
        EvaluationResult result = measure(
                FeatureKind.INCEPTION,
                new ReferenceFeatures("pictures", Map.of(FeatureKind.INCEPTION, shifted(1)), Optional.empty()));
        assertThat(result.value("FID (Inception)").orElseThrow()).isCloseTo(1, within(1e-9));
        assertThat(result.value("KID (Inception)")).isPresent();
    }

    private static List<float[]> shifted(float by) {
        return SQUARE.stream()
                .map(point -> new float[] {point[0] + by, point[1]})
                .toList();
    }

    private static EvaluationResult measure(FeatureKind kind, ReferenceFeatures reference) {
        List<Judgement> judgements = IntStream.range(0, SQUARE.size())
                .mapToObj(i -> new Judgement(
                        new Picture(i, 0, "digits"),
                        List.of(),
                        Map.of(),
                        Map.of(kind, SQUARE.get(i)),
                        OptionalDouble.empty(),
                        OptionalDouble.empty()))
                .toList();
        return Measurement.of(List.of(), judgements, Optional.of(reference), Statistics.HERE);
    }
}
