package dev.hypersd.evaluation;

import dev.hypersd.judge.Score;
import dev.hypersd.metric.AttributeAccuracy;
import dev.hypersd.metric.Diversity;
import dev.hypersd.metric.FeatureStatistics;
import dev.hypersd.metric.FrechetDistance;
import dev.hypersd.metric.KernelDistance;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * The metrics of a set of pictures, one for each test prompt.
 *
 * @param pictures the number of prompts; of each, one picture counts
 * @param accuracy the accuracy of the attributes that the prompts name
 * @param scores the mean of each score whose judge exists, in the order of reports
 * @param features the dimension of the attribute reader's features, on which {@code fid}, {@code kid} and {@code
 *     diversity} are measured
 * @param fid the Fréchet distance to the reference pictures. The covariance of no more pictures than features is
 *     singular, and the distance is then dominated by its error: see {@link #fidIsRankDeficient}
 * @param kid the kernel distance to the reference pictures
 * @param diversity the mean over the prompts that were drawn several times; empty if there were none
 * @param teacherError the mean squared error to the teacher's pictures; empty if there is no teacher
 * @param milliseconds the median time of drawing a picture; empty if none was drawn
 */
public record EvaluationResult(
        int pictures,
        AttributeAccuracy accuracy,
        SortedMap<Score, Double> scores,
        int features,
        double fid,
        KernelDistance kid,
        OptionalDouble diversity,
        OptionalDouble teacherError,
        OptionalDouble milliseconds) {
    public EvaluationResult {
        scores = Collections.unmodifiableSortedMap(new TreeMap<>(scores));
    }

    private static final int SUBSETS = 50;
    private static final int SUBSET = 250;
    private static final long SUBSET_SEED = 1;

    static EvaluationResult of(List<TestPrompt> prompts, List<Judgement> judgements, List<Judgement> reference) {
        Map<Long, TestPrompt> byNumber =
                prompts.stream().collect(Collectors.toMap(TestPrompt::number, Function.identity()));
        List<Judgement> counted =
                judgements.stream().filter(j -> j.repetition() == 0).toList();
        AttributeAccuracy accuracy = new AttributeAccuracy();
        for (Judgement judgement : counted) {
            TestPrompt prompt = byNumber.get(judgement.number());
            if (prompt != null) {
                prompt.scene()
                        .ifPresent(scene -> accuracy.add(scene.attributes(), scene.heldOut(), judgement.outcomes()));
            }
        }
        List<double[]> features = counted.stream().map(Judgement::vector).toList();
        List<double[]> expected = reference.stream().map(Judgement::vector).toList();
        return new EvaluationResult(
                counted.size(),
                accuracy,
                means(counted),
                features.getFirst().length,
                FrechetDistance.between(FeatureStatistics.of(features), FeatureStatistics.of(expected)),
                KernelDistance.overSubsets(features, expected, SUBSETS, SUBSET, SUBSET_SEED),
                diversity(judgements),
                counted.stream()
                        .map(Judgement::teacherError)
                        .flatMapToDouble(OptionalDouble::stream)
                        .average(),
                median(counted.stream().map(Judgement::milliseconds).flatMapToDouble(OptionalDouble::stream)));
    }

    /**
     * Returns whether there are no more pictures than features, so that the covariance of the features is singular.
     * Such an FID is biased upwards by far, even that of perfect pictures, and can only be compared with FIDs of the
     * same number of pictures.
     */
    public boolean fidIsRankDeficient() {
        return pictures <= features;
    }

    /** Returns the mean of {@code score}; NaN if its judge does not exist. */
    double mean(Score score) {
        return scores.getOrDefault(score, Double.NaN);
    }

    private static SortedMap<Score, Double> means(List<Judgement> judgements) {
        return judgements.stream()
                .flatMap(judgement -> judgement.scores().entrySet().stream())
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, TreeMap::new, Collectors.averagingDouble(Map.Entry::getValue)));
    }

    private static OptionalDouble median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return sorted.length == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of((sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2);
    }

    private static OptionalDouble diversity(List<Judgement> judgements) {
        Collection<List<double[]>> byPrompt = judgements.stream()
                .collect(Collectors.groupingBy(
                        Judgement::number, Collectors.mapping(Judgement::vector, Collectors.toList())))
                .values();
        return byPrompt.stream()
                .filter(pictures -> pictures.size() > 1)
                .mapToDouble(Diversity::of)
                .average();
    }
}
