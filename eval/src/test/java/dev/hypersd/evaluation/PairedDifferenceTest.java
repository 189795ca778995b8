package dev.hypersd.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.evaluation.Judgement.Picture;
import dev.hypersd.judge.Score;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PairedDifferenceTest {
    private static final Figure CLIP = Judgement.figure(Score.CLIP);

    @Test
    void differencesAreTakenPromptByPrompt() {
        // Prompts differ by far more than the methods do: unpaired, the standard error would be 10.
        PairedDifference difference = Objects.requireNonNull(
                PairedDifference.between(List.of(judged(11, 31, 52)), List.of(judged(10, 30, 50)))
                        .get(CLIP));
        assertThat(difference.mean()).isCloseTo(4.0 / 3, within(1e-12));
        assertThat(difference.standardError()).isCloseTo(1.0 / 3, within(1e-12));
        assertThat(difference.deviations()).isCloseTo(4, within(1e-12));
        assertThat(difference.prompts()).isEqualTo(3);
    }

    @Test
    void severalSeedsOfAPromptCountAsOne() {
        PairedDifference difference = PairedDifference.between(
                        List.of(judged(11, 30), judged(13, 30)), List.of(judged(10, 30), judged(10, 30)))
                .get(CLIP);
        assertThat(difference).isEqualTo(PairedDifference.of(new double[] {2, 0}));
    }

    @Test
    void promptsThatOneOfBothHasNotDrawnDoNotCount() {
        assertThat(PairedDifference.between(List.of(judged(11, 31)), List.of(judged(10, 30, 50)))
                        .get(CLIP))
                .isEqualTo(new PairedDifference(1, 0, 2));
    }

    @Test
    void aDifferenceOfZeroIsNotClear() {
        assertThat(new PairedDifference(0, 0, 5).deviations()).isZero();
        assertThat(new PairedDifference(1, 0, 5).deviations()).isInfinite();
    }

    private static List<Judgement> judged(double... scores) {
        return IntStream.range(0, scores.length)
                .mapToObj(i -> new Judgement(
                        new Picture(i, 0, "0"),
                        List.of(),
                        Map.of(Score.CLIP, scores[i]),
                        Map.of(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty()))
                .toList();
    }
}
