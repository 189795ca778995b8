package dev.hypersd.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WinRateTest {
    /** The values of R's prop.test without continuity correction, which gives Wilson's interval. */
    @ParameterizedTest
    @CsvSource({
        "8, 10, 0.4901625, 0.9433178",
        "0, 10, 0, 0.2775328",
        "10, 10, 0.7224672, 1",
        "50, 100, 0.4038315, 0.5961685",
        "1, 1, 0.2065493, 1"
    })
    void theIntervalIsWilsons(int wins, int votes, double low, double high) {
        Interval interval = Interval.wilson(wins / (double) votes, votes);
        assertThat(interval.low()).isCloseTo(low, within(1e-6));
        assertThat(interval.high()).isCloseTo(high, within(1e-6));
    }

    @Test
    void aTieIsHalfAWin() {
        WinRate rate = WinRate.of(List.of(votes(3, 2, 1)), 0, 1);
        assertThat(rate.wins()).isEqualTo(3);
        assertThat(rate.ties()).isEqualTo(2);
        assertThat(rate.losses()).isEqualTo(1);
        assertThat(rate.rate()).isEqualTo(4 / 6.0);
        assertThat(rate.interval()).isEqualTo(Interval.wilson(4 / 6.0, 6));
        assertThat(WinRate.of(List.of(votes(3, 2, 1)), 1, 0).rate()).isCloseTo(2 / 6.0, within(1e-15));
    }

    @Test
    void theRateAgainstAllOthersAddsTheVotesAgainstEach() {
        PairCounts counts = votes(3, 0, 1);
        PairCounts three = new PairCounts(3);
        for (int i = 0; i < 3; i++) {
            three.addWin(0, 1);
            three.addWin(2, 0);
        }
        three.addTie(0, 2);
        WinRate rate = WinRate.of(List.of(three), 0);
        assertThat(List.of(rate.wins(), rate.ties(), rate.losses())).containsExactly(3, 1, 3);
        assertThat(WinRate.of(List.of(counts), 0).wins()).isEqualTo(3);
    }

    @Test
    void withoutVotesNothingIsKnown() {
        WinRate rate = WinRate.of(List.of(), 0, 1);
        assertThat(rate.votes()).isZero();
        assertThat(rate.rate()).isNaN();
        assertThat(rate.interval()).isEqualTo(new Interval(0, 1));
    }

    /** Twenty votes on each of ten prompts, where all votes on a prompt are the same, tell as much as ten votes. */
    @Test
    void votesThatAgreeOnEachPromptCountAsOnePerPrompt() {
        List<PairCounts> prompts = new ArrayList<>();
        for (int prompt = 0; prompt < 10; prompt++) {
            prompts.add(prompt < 6 ? votes(20, 0, 0) : votes(0, 0, 20));
        }
        Interval interval = WinRate.of(prompts, 0, 1).interval();
        // Nine of ten, as a variance is estimated from one less.
        assertThat(interval.low()).isCloseTo(Interval.wilson(0.6, 9).low(), within(1e-9));
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "6, 0.8"})
    void intervalsHoldTheTruthInAtLeast95Of100Studies(int votes, double spread) {
        // By symmetry two equal methods are preferred equally often, whatever the ties.
        double coverage = Simulation.coverage(1000, study -> {
            Interval interval = WinRate.of(
                            new Simulation(new double[] {0, 0}, -0.5, study).vote(50, votes, spread), 0, 1)
                    .interval();
            return interval.low() <= 0.5 && 0.5 <= interval.high() ? 1 : 0;
        });
        assertThat(coverage).isBetween(0.93, 0.99);
    }

    private static PairCounts votes(int wins, int ties, int losses) {
        PairCounts counts = new PairCounts(2);
        for (int i = 0; i < wins; i++) {
            counts.addWin(0, 1);
        }
        for (int i = 0; i < ties; i++) {
            counts.addTie(0, 1);
        }
        for (int i = 0; i < losses; i++) {
            counts.addWin(1, 0);
        }
        return counts;
    }
}
