package dev.hypersd.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupSequentialBoundsTest {
    private static final double LEVEL = 0.05;
    private static final int PAIRS = 200;
    private static final int LOOKS = 5;
    private static final int SIMULATIONS = 4000;

    /** As published for this spending function, such as in the tables of gsDesign: a one-sided level of 0.025. */
    @Test
    void theBoundsOfFiveLooksAreThePublishedOnes() {
        assertThat(GroupSequentialBounds.equallySpaced(LEVEL, PAIRS, LOOKS).bounds())
                .containsExactly(new double[] {4.8769, 3.3569, 2.6803, 2.2898, 2.0310}, within(2e-4));
    }

    @Test
    void aSingleLookHasTheBoundOfAnOrdinaryTest() {
        assertThat(GroupSequentialBounds.equallySpaced(LEVEL, PAIRS, 1).bounds())
                .containsExactly(new double[] {1.959964}, within(1e-6));
    }

    /** The third standard error above the level of 0.05 is 0.06; looking five times without bounds finds 0.14. */
    @Test
    void withoutADifferenceOneIsFoundAsOftenAsTheLevelStates() {
        GroupSequentialBounds planned = GroupSequentialBounds.equallySpaced(LEVEL, PAIRS, LOOKS);
        assertThat(simulated(planned, 0).found()).isBetween(0.038, 0.062);
        double[] naive = {1.96, 1.96, 1.96, 1.96, 1.96};
        assertThat(simulated(planned.sizes(), naive, 0).found()).isGreaterThan(0.12);
    }

    @ParameterizedTest
    @CsvSource({"0.3, 0.97, 150", "0.6, 0.999, 80"})
    void aDifferenceIsFoundAtAnEarlyLook(double difference, double power, double pairs) {
        Outcome outcome = simulated(GroupSequentialBounds.equallySpaced(LEVEL, PAIRS, LOOKS), difference);
        assertThat(outcome.found()).isGreaterThan(power);
        assertThat(outcome.pairs()).isLessThan(pairs);
    }

    @ParameterizedTest
    @CsvSource({"0", "1"})
    void levelsOutsideOfZeroToOneAreRefused(double level) {
        assertThatThrownBy(() -> GroupSequentialBounds.equallySpaced(level, PAIRS, LOOKS))
                .hasMessage("the level must be between 0 and 1, not " + level);
    }

    /**
     * The outcome of many samples.
     *
     * @param found the share of those in which a difference was clear
     * @param pairs the mean number of pairs that were drawn
     */
    private record Outcome(double found, double pairs) {}

    private static Outcome simulated(GroupSequentialBounds planned, double difference) {
        return simulated(planned.sizes(), planned.bounds(), difference);
    }

    /** Of pairs with a deviation of 1 that is estimated, as in an evaluation. */
    private static Outcome simulated(int[] sizes, double[] bounds, double difference) {
        Random random = new Random(1);
        int found = 0;
        long pairs = 0;
        for (int i = 0; i < SIMULATIONS; i++) {
            double sum = 0;
            double squares = 0;
            int n = 0;
            for (int look = 0; look < sizes.length; look++) {
                for (; n < sizes[look]; n++) {
                    double value = random.nextGaussian() + difference;
                    sum += value;
                    squares += value * value;
                }
                double variance = (squares - sum * sum / n) / (n - 1);
                if (Math.abs(sum / n) / Math.sqrt(variance / n) >= bounds[look]) {
                    found++;
                    break;
                }
            }
            pairs += n;
        }
        return new Outcome((double) found / SIMULATIONS, (double) pairs / SIMULATIONS);
    }
}
