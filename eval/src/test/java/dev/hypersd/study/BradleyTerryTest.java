package dev.hypersd.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.study.BradleyTerry.Score;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BradleyTerryTest {
    private static final double NEVER = Double.NEGATIVE_INFINITY;

    /** The prior moves scores of 10,000 votes by less than this. */
    private static final double BY_THE_PRIOR = 1e-3;

    @Test
    void twoMethodsWithoutTiesGetTheLogarithmOfTheirOdds() {
        List<Score> scores = BradleyTerry.fit(List.of(counts(2, 0, 1, 7500, 0, 2500)), 2, false);
        assertThat(scores.get(0).value()).isCloseTo(Math.log(3) / 2, within(BY_THE_PRIOR));
        assertThat(scores.get(1).value()).isCloseTo(-Math.log(3) / 2, within(BY_THE_PRIOR));
        // The error of a logarithm of odds is the root of 1/7500 + 1/2500; that of half of it is half of it.
        double error = Math.sqrt(1 / 7500.0 + 1 / 2500.0) / 2;
        assertThat(scores.getFirst().interval().high() - scores.getFirst().value())
                .isCloseTo(1.96 * error, within(1e-4));
    }

    /** In closed form the ratio of strengths is that of the wins, whatever the number of ties (Davidson, 1970). */
    @Test
    void tiesDoNotMoveTheScoresOfTwoMethods() {
        List<Score> scores = BradleyTerry.fit(List.of(counts(2, 0, 1, 6000, 5000, 1500)), 2, true);
        assertThat(scores.getFirst().value()).isCloseTo(Math.log(4) / 2, within(BY_THE_PRIOR));
    }

    /** Wins in the proportion of known strengths 4 : 2 : 1. */
    @Test
    void threeMethodsGetTheStrengthsThatTheirWinsFollowFrom() {
        PairCounts counts = counts(3, 0, 1, 4000, 0, 2000);
        add(counts, 1, 2, 4000, 0, 2000);
        add(counts, 0, 2, 4800, 0, 1200);
        assertThat(BradleyTerry.fit(List.of(counts), 3, false).stream().map(Score::value))
                .usingElementComparator((a, b) -> Math.abs(a - b) < BY_THE_PRIOR ? 0 : Double.compare(a, b))
                .containsExactly(Math.log(2), 0.0, -Math.log(2));
    }

    /** The score of two methods with n : 0 votes is where the slopes of likelihood and prior cancel. */
    @Test
    void aMethodThatWinsEveryVoteHasAFiniteScoreWhoseIntervalIsNotEmpty() {
        for (int votes : new int[] {1, 10, 1000, 1_000_000}) {
            Score best = BradleyTerry.fit(List.of(counts(2, 0, 1, votes, 0, 0)), 2, false)
                    .getFirst();
            double slope = votes / (1 + Math.exp(2 * best.value())) - best.value() / 9;
            assertThat(slope).as("%d votes", votes).isCloseTo(0, within(1e-6));
            assertThat(best.interval().high() - best.interval().low()).isGreaterThan(0.5);
        }
    }

    @Test
    void withoutVotesEveryScoreIsZeroAndNothingIsKnown() {
        for (Score score : BradleyTerry.fit(List.of(), 3, true)) {
            assertThat(score.value()).isZero();
            assertThat(score.interval().high()).isGreaterThan(4);
        }
    }

    @Test
    void scoresAreAroundZeroAndDoNotDependOnTheOrderOfTheMethods() {
        PairCounts counts = counts(3, 0, 1, 8, 3, 2);
        add(counts, 1, 2, 5, 1, 5);
        PairCounts reversed = counts(3, 2, 1, 8, 3, 2);
        add(reversed, 1, 0, 5, 1, 5);
        List<Score> scores = BradleyTerry.fit(List.of(counts), 3, true);
        List<Score> others = BradleyTerry.fit(List.of(reversed), 3, true);
        assertThat(scores.stream().mapToDouble(Score::value).sum()).isCloseTo(0, within(1e-9));
        for (int i = 0; i < 3; i++) {
            assertThat(scores.get(i).value()).isCloseTo(others.get(2 - i).value(), within(1e-9));
        }
    }

    /** With 12,000 votes the standard error of a score is 0.02; four of them. */
    @Test
    void theScoresOfSimulatedRatersAreRecovered() {
        double[] truth = {1.2, 0.4, 0.1, -0.5, -1.2};
        List<PairCounts> votes = new Simulation(truth, -0.3, 1).vote(120, 10, 0);
        List<Score> scores = BradleyTerry.fit(votes, truth.length, true);
        for (int i = 0; i < truth.length; i++) {
            assertThat(scores.get(i).value()).isCloseTo(truth[i], within(0.08));
        }
    }

    /** Of 1600 intervals 95 % are 1520, with a standard deviation of about 1 %, as those of a study are related. */
    @Test
    void intervalsHoldTheTruthIn95Of100StudiesOfIndependentVotes() {
        assertThat(coverage(new double[] {0.8, 0.2, -0.3, -0.7}, 40, 1, 0)).isBetween(0.93, 0.975);
    }

    /**
     * Methods are better on some prompts and worse on others, and each prompt has many votes. Intervals for independent
     * votes would hold the truth in two of three studies.
     */
    @Test
    void intervalsHoldTheTruthWhereVotesOnAPromptResembleEachOther() {
        assertThat(coverage(new double[] {0.3, 0.1, -0.1, -0.3}, 40, 6, 0.8)).isBetween(0.92, 0.97);
    }

    /** The share of scores whose interval holds the truth, in 400 studies. */
    private static double coverage(double[] truth, int prompts, int votes, double spread) {
        return Simulation.coverage(400, study -> {
            List<Score> scores =
                    BradleyTerry.fit(new Simulation(truth, -0.5, study).vote(prompts, votes, spread), 4, true);
            return IntStream.range(0, 4)
                            .filter(i -> scores.get(i).interval().low() <= truth[i]
                                    && truth[i] <= scores.get(i).interval().high())
                            .count()
                    / 4.0;
        });
    }

    @Test
    void manyMethodsAndPromptsAreFittedAtOnce() {
        double[] truth = IntStream.range(0, 16).mapToDouble(i -> i / 5.0 - 1.5).toArray();
        List<Score> scores = BradleyTerry.fit(new Simulation(truth, NEVER, 3).vote(30, 1, 0), 16, false);
        assertThat(scores.getFirst().value()).isLessThan(scores.get(8).value());
        assertThat(scores.get(8).value()).isLessThan(scores.getLast().value());
    }

    private static PairCounts counts(int methods, int i, int j, int wins, int ties, int losses) {
        PairCounts counts = new PairCounts(methods);
        add(counts, i, j, wins, ties, losses);
        return counts;
    }

    private static void add(PairCounts counts, int i, int j, int wins, int ties, int losses) {
        IntStream.range(0, wins).forEach(vote -> counts.addWin(i, j));
        IntStream.range(0, ties).forEach(vote -> counts.addTie(i, j));
        IntStream.range(0, losses).forEach(vote -> counts.addWin(j, i));
    }
}
