package dev.hypersd.study;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RaterOrderTest {
    private static final String RATER = "0123456789abcdef0123456789abcdef";

    @Property(tries = 60)
    void everyPairIsSeenExactlyOnce(
            @ForAll @IntRange(min = 2, max = 6) int methods,
            @ForAll @IntRange(min = 1, max = 9) int prompts,
            @ForAll @IntRange(min = 1, max = 3) int seeds,
            @ForAll boolean hasBaseline,
            @ForAll int rater) {
        Study study = study(methods, prompts, seeds, hasBaseline);
        List<Pair> pairs = order(study, "%032x".formatted(rater));
        assertThat(pairs).allMatch(study::has);
        assertThat(pairs.stream().map(Pair::sorted).distinct()).hasSize(study.pairs());
    }

    /** So a rater who stops early has still seen all methods equally often, and each on both sides. */
    @Test
    void roundsShowEachTwoMethodsOnceOnDifferentPromptsAndThenWithTheirSidesExchanged() {
        Study study = study(4, 20, 1, false);
        List<Pair> pairs = order(study, RATER);
        for (int round = 0; round < 20; round += 2) {
            List<Pair> first = pairs.subList(6 * round, 6 * round + 6);
            List<Pair> second = pairs.subList(6 * round + 6, 6 * round + 12);
            assertThat(first.stream().map(Pair::prompt).distinct()).hasSize(6);
            assertThat(second.stream().map(pair -> pair.right() + pair.left()))
                    .containsExactlyInAnyOrderElementsOf(first.stream()
                            .map(pair -> pair.left() + pair.right())
                            .toList());
        }
    }

    @Test
    void theOrderIsTheRatersOwnAndAlwaysTheSame() {
        Study study = study(3, 10, 1, false);
        assertThat(order(study, RATER)).isEqualTo(order(study, RATER));
        assertThat(order(study, RATER)).isNotEqualTo(order(study, RATER.replace('0', '1')));
    }

    @Test
    void theNumberOfPairsPerRaterDoesNotChangeTheStudy() {
        Study all = study(3, 10, 1, false);
        Study some = new Study(
                all.methods(),
                all.prompts(),
                all.seeds(),
                all.baseline(),
                all.questions(),
                all.ties(),
                OptionalInt.of(7));
        assertThat(some.pairsOfRater()).isEqualTo(7);
        assertThat(some.pairs()).isEqualTo(30);
        assertThat(order(some, RATER)).isEqualTo(order(all, RATER));
    }

    /** Each of 400 raters sees one round. */
    @Test
    void ratersTogetherSeePairsAndSidesEquallyOften() {
        Study study = study(4, 10, 1, false);
        List<Pair> seen = IntStream.range(0, 400)
                .mapToObj(rater -> "%032x".formatted(rater * 7919))
                .flatMap(rater -> order(study, rater).stream().limit(6))
                .toList();
        Map<Pair, Long> counts = seen.stream().collect(Collectors.groupingBy(Pair::sorted, Collectors.counting()));
        // 2400 views of 60 pairs: 40 each, with a standard deviation of about 6.
        assertThat(counts).hasSize(60);
        assertThat(counts.values()).allMatch(count -> count > 15 && count < 70);
        Map<String, Long> left = seen.stream().collect(Collectors.groupingBy(Pair::left, Collectors.counting()));
        // Each method is seen 1200 times, 600 of them on the left, with a standard deviation of about 17.
        assertThat(left.values()).allMatch(count -> count > 520 && count < 680);
    }

    @Test
    void withABaselineTheOtherMethodsAreNotCompared() {
        Set<String> met = new HashSet<>();
        order(study(4, 2, 1, true), RATER)
                .forEach(pair -> met.add(pair.sorted().left() + pair.sorted().right()));
        assertThat(met).containsExactlyInAnyOrder("m0m1", "m1m2", "m1m3");
    }

    private static List<Pair> order(Study study, String rater) {
        RaterOrder order = new RaterOrder(study, study.fingerprint(), rater);
        return IntStream.range(0, study.pairs()).mapToObj(order::pair).toList();
    }

    private static Study study(int methods, int prompts, int seeds, boolean hasBaseline) {
        Function<String, Stream<String>> names = letter ->
                IntStream.range(0, letter.equals("m") ? methods : prompts).mapToObj(i -> letter + i);
        return new Study(
                names.apply("m").map(name -> new StudyMethod(name, "")).toList(),
                names.apply("p").toList(),
                LongStream.range(0, seeds).boxed().toList(),
                hasBaseline ? Optional.of("m1") : Optional.empty(),
                List.of(Question.PREFERENCE),
                true,
                OptionalInt.empty());
    }
}
