package dev.hypersd.evaluation;

import dev.hypersd.metric.AttributeAccuracy;
import dev.hypersd.metric.Diversity;
import dev.hypersd.metric.FeatureStatistics;
import dev.hypersd.metric.FrechetDistance;
import dev.hypersd.metric.KernelDistance;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * What was measured of a set of pictures.
 *
 * @param pictures one for each prompt
 * @param means of the measures of judges that are there
 * @param frechet distance to the reference pictures
 * @param kernel distance to the reference pictures
 * @param diversity mean over prompts that have several pictures; absent where none has
 * @param trajectory mean error against the teacher; absent where there is none
 * @param milliseconds that drawing a picture took, the median
 */
public record Figures(
        int pictures,
        AttributeAccuracy accuracy,
        Map<Measure, Double> means,
        double frechet,
        KernelDistance kernel,
        OptionalDouble diversity,
        OptionalDouble trajectory,
        double milliseconds) {
    public Figures {
        means = Map.copyOf(means);
    }

    private static final int SUBSETS = 50;
    private static final int SUBSET = 250;
    private static final long SUBSET_SEED = 1;

    static Figures of(List<TestPrompt> prompts, List<Judgement> judgements, List<Judgement> reference) {
        Map<Long, TestPrompt> byNumber =
                prompts.stream().collect(Collectors.toMap(TestPrompt::number, Function.identity()));
        List<Judgement> counted =
                judgements.stream().filter(j -> j.repetition() == 0).toList();
        AttributeAccuracy accuracy = new AttributeAccuracy();
        for (Judgement judgement : counted) {
            TestPrompt prompt = byNumber.get(judgement.number());
            if (prompt != null) {
                accuracy.add(prompt.claims(), prompt.heldOut(), judgement.answers());
            }
        }
        List<double[]> features = counted.stream().map(Judgement::vector).toList();
        List<double[]> expected = reference.stream().map(Judgement::vector).toList();
        return new Figures(
                counted.size(),
                accuracy,
                means(counted),
                FrechetDistance.between(FeatureStatistics.of(features), FeatureStatistics.of(expected)),
                KernelDistance.overSubsets(features, expected, SUBSETS, SUBSET, SUBSET_SEED),
                diversity(judgements),
                counted.stream()
                        .map(Judgement::trajectory)
                        .flatMapToDouble(OptionalDouble::stream)
                        .average(),
                median(counted.stream().mapToDouble(Judgement::milliseconds)));
    }

    private static Map<Measure, Double> means(List<Judgement> judgements) {
        return judgements.stream()
                .flatMap(judgement -> judgement.scores().entrySet().stream())
                .collect(Collectors.groupingBy(Map.Entry::getKey, Collectors.averagingDouble(Map.Entry::getValue)));
    }

    private static double median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
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
