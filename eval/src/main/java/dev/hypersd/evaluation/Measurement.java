package dev.hypersd.evaluation;

import dev.hypersd.evaluation.Figure.Better;
import dev.hypersd.judge.FeatureKind;
import dev.hypersd.judge.Score;
import dev.hypersd.metric.AttributeAccuracy;
import dev.hypersd.metric.AttributeAccuracy.Group;
import dev.hypersd.metric.AttributeAccuracy.Proportion;
import dev.hypersd.metric.AttributeCheck.Attribute;
import dev.hypersd.metric.CmmdDistance;
import dev.hypersd.metric.Diversity;
import dev.hypersd.metric.FeatureStatistics;
import dev.hypersd.metric.FrechetDistance;
import dev.hypersd.metric.KernelDistance;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** Measures a set of judged pictures. */
final class Measurement {
    private static final long SUBSET_SEED = 1;

    static final Figure TIME = Figure.of("ms per image", 0, Better.LOWER);
    private static final Figure TEACHER_MSE = Figure.of("teacher MSE", 4, Better.LOWER);

    private final Statistics computing;
    private final List<Judgement> all;
    private final List<Judgement> counted;
    private final SequencedMap<Figure, Double> figures = new LinkedHashMap<>();
    private final List<String> warnings = new ArrayList<>();

    private Measurement(List<Judgement> judgements, Statistics computing) {
        this.computing = computing;
        this.all = judgements;
        this.counted = judgements.stream()
                .filter(judgement -> judgement.picture().counts())
                .toList();
    }

    /**
     * Measures every figure for which there are judgements.
     *
     * @param judgements the judgements of pictures of {@code prompts}, at least one
     * @param reference the pictures to which distances are measured
     * @param computing computes means and covariances of features
     */
    static EvaluationResult of(
            List<TestPrompt> prompts,
            List<Judgement> judgements,
            Optional<ReferenceFeatures> reference,
            Statistics computing) {
        Measurement measurement = new Measurement(judgements, computing);
        measurement.attributes(prompts);
        measurement.scores();
        reference.ifPresent(measurement::distances);
        if (reference.isPresent() && measurement.counted.size() == 1) {
            measurement.warnings.add("a single picture has no distances such as FID; draw at least two prompts");
        }
        measurement.diversity();
        measurement.mean(TEACHER_MSE, Judgement::teacherError);
        median(measurement.counted.stream().map(Judgement::milliseconds).flatMapToDouble(OptionalDouble::stream))
                .ifPresent(time -> measurement.figures.put(TIME, time));
        return new EvaluationResult(measurement.counted.size(), measurement.figures, measurement.warnings);
    }

    private void attributes(List<TestPrompt> prompts) {
        Map<Long, TestPrompt> byNumber =
                prompts.stream().collect(Collectors.toMap(TestPrompt::number, Function.identity()));
        AttributeAccuracy accuracy = new AttributeAccuracy();
        for (Judgement judgement : counted) {
            Optional.ofNullable(byNumber.get(judgement.picture().number()))
                    .flatMap(TestPrompt::scene)
                    .filter(_ -> !judgement.outcomes().isEmpty())
                    .ifPresent(scene -> accuracy.add(scene.attributes(), scene.heldOut(), judgement.outcomes()));
        }
        for (Group group : Group.values()) {
            put(
                    Figure.of(group == Group.ALL ? "attribute accuracy" : word(group), 3, Better.HIGHER),
                    accuracy.attributes(group));
        }
        for (Group group : Group.values()) {
            String title = Judgement.CORRECT_IMAGES.title();
            put(
                    Figure.of(group == Group.ALL ? title : title + ", " + word(group), 3, Better.HIGHER)
                            .asDetail(),
                    accuracy.images(group));
        }
        for (Attribute attribute : Attribute.values()) {
            put(Figure.of(word(attribute), 3, Better.HIGHER).asDetail(), accuracy.of(attribute));
        }
    }

    private void put(Figure figure, Proportion proportion) {
        if (proportion.total() > 0) {
            figures.put(figure, proportion.value());
        }
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private void scores() {
        Map<Score, Double> means = counted.stream()
                .flatMap(judgement -> judgement.scores().entrySet().stream())
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, TreeMap::new, Collectors.averagingDouble(Map.Entry::getValue)));
        means.forEach((score, mean) -> figures.put(Judgement.figure(score), mean));
    }

    private void distances(ReferenceFeatures reference) {
        for (FeatureKind kind : FeatureKind.values()) {
            List<double[]> features = vectors(kind);
            List<double[]> expected = reference.features().getOrDefault(kind, List.of()).stream()
                    .map(Measurement::widened)
                    .toList();
            if (features.size() > 1 && expected.size() > 1) {
                kind.distances().forEach(distance -> {
                    switch (distance) {
                        case FRECHET -> frechet(kind, features, computing.of(expected), expected.size());
                        case KERNEL -> kernel(kind, features, expected);
                        case GAUSSIAN -> gaussian(kind, features, expected);
                    }
                });
            }
        }
        reference
                .statistics()
                .filter(_ -> vectors(FeatureKind.INCEPTION).size() > 1)
                .ifPresent(statistics ->
                        frechet(FeatureKind.INCEPTION, vectors(FeatureKind.INCEPTION), statistics, Integer.MAX_VALUE));
    }

    /**
     * Adds the Fréchet distance.
     *
     * @param count the number of pictures of {@code expected}, if it is known
     */
    private void frechet(FeatureKind kind, List<double[]> features, FeatureStatistics expected, int count) {
        int width = features.getFirst().length;
        figures.put(
                Figure.of(kind.title("FID"), 2, Better.LOWER),
                FrechetDistance.between(computing.of(features), expected));
        int fewer = Math.min(features.size(), count);
        if (fewer <= width) {
            warnings.add("""
                the %s of %d images on %d features is rank-deficient and biased upwards; compare it with no \
                other number of images, and draw more \
                than %d for a sound one\
                """.formatted(kind.title("FID"), fewer, width, width));
        }
    }

    private void kernel(FeatureKind kind, List<double[]> features, List<double[]> expected) {
        KernelDistance distance = KernelDistance.overSubsets(
                features, expected, kind.subsets().count(), kind.subsets().size(), SUBSET_SEED);
        figures.put(Figure.of(kind.title("KID"), 4, Better.LOWER).asDetail(), distance.mean());
        figures.put(Figure.of(kind.title("KID deviation"), 4, Better.NEITHER).asDetail(), distance.deviation());
    }

    private void gaussian(FeatureKind kind, List<double[]> features, List<double[]> expected) {
        figures.put(Figure.of(kind.titleOfCmmd(), 3, Better.LOWER), CmmdDistance.between(features, expected));
    }

    private List<double[]> vectors(FeatureKind kind) {
        return counted.stream()
                .filter(judgement -> judgement.features().containsKey(kind))
                .map(judgement -> widened(judgement.features().get(kind)))
                .toList();
    }

    static double[] widened(float[] vector) {
        double[] wide = new double[vector.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = vector[i];
        }
        return wide;
    }

    /** Adds the mean distance of several pictures of the same prompt. */
    private void diversity() {
        for (FeatureKind kind : FeatureKind.values()) {
            all.stream()
                    .collect(Collectors.groupingBy(
                            judgement -> judgement.picture().number(),
                            Collectors.flatMapping(
                                    judgement -> Stream.ofNullable(
                                                    judgement.features().get(kind))
                                            .map(Measurement::widened),
                                    Collectors.toList())))
                    .values()
                    .stream()
                    .filter(pictures -> pictures.size() > 1)
                    .mapToDouble(Diversity::of)
                    .average()
                    .ifPresent(mean -> figures.put(Figure.of(kind.title("diversity"), 2, Better.NEITHER), mean));
        }
    }

    private void mean(Figure figure, Function<Judgement, OptionalDouble> value) {
        counted.stream()
                .map(value)
                .flatMapToDouble(OptionalDouble::stream)
                .average()
                .ifPresent(mean -> figures.put(figure, mean));
    }

    private static OptionalDouble median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return sorted.length == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of((sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2);
    }
}
