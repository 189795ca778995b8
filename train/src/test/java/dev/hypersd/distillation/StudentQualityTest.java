package dev.hypersd.distillation;

import static dev.hypersd.distillation.TinyDistillation.OWN_DECODER;
import static dev.hypersd.distillation.TinyDistillation.consistency;
import static dev.hypersd.distillation.TinyDistillation.teacher;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.judge.reward.Reward;
import dev.hypersd.tensor.Engine;
import dev.hypersd.training.Checkpoints;
import dev.hypersd.training.Measurement;
import dev.hypersd.training.Trainer;
import dev.hypersd.training.TrainingListener;
import dev.hypersd.training.TrainingSettings;
import dev.hypersd.training.TrainingSettings.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudentQualityTest {
    @TempDir
    static Path folder;

    private static TinyDistillation tiny;

    @BeforeAll
    static void writeModel() {
        tiny = new TinyDistillation(folder);
    }

    private static DistillationLoss.Stop stop(Reward reward, int prompts, double leastDiversity) {
        return new StudentQuality.Settings(
                        arena -> reward,
                        OWN_DECODER,
                        new Rollout.Settings(List.of(999)),
                        teacher(1),
                        prompts,
                        leastDiversity)::open;
    }

    @Test
    void theRewardDecidesAmongTheDiverseAndTheDiversityBeforeThat() {
        double good = StudentQuality.badness(2, 0.9, 0.8);
        double better = StudentQuality.badness(3, 0.8, 0.8);
        double alike = StudentQuality.badness(100, 0.79, 0.8);
        double moreAlike = StudentQuality.badness(200, 0.5, 0.8);

        assertThat(List.of(better, good, alike, moreAlike)).isSorted();
    }

    @Test
    void theRewardOfHeldOutCaptionsAndTheDiversityBesideTheTeachersAreMeasured() {
        List<String> told = new ArrayList<>();
        Reward width = (pixels, texts) -> {
            told.addAll(texts);
            return pixels.mul(new Scalar(0)).mean(1, 2, 3).add(new Scalar((double) pixels.size(3)));
        };
        try (DistillationObjective objective =
                tiny.measured(stop(width, 3, 0.8), consistency(8, 1, 1, TinyDistillation.PLAIN))) {
            Measurement measurement = objective.measurement().orElseThrow();
            Measurement.Result once = Engine.infer(measurement::measure);
            Measurement.Result again = Engine.infer(measurement::measure);

            assertThat(once.values()).containsOnlyKeys("held-out reward", "diversity");
            assertThat(once.values().getOrDefault("held-out reward", 0.0))
                    .isCloseTo(TinyDistillation.SIZE, within(1e-4));
            // A network of random weights predicts little noise, so a step from noise is near the teacher's in 25.
            assertThat(once.values().getOrDefault("diversity", 0.0)).isBetween(0.3, 3.0);
            assertThat(again).isEqualTo(once);
            assertThat(told).hasSize(2 * 3 * 4);
            assertThat(told.subList(0, 4)).containsOnly(told.getFirst());
        }
    }

    /** The reward falls from the first validation on, so the run ends with the weights of that one. */
    @Test
    void aRunEndsWhenTheHeldOutRewardFallsThoughTheLossDoesNot() throws Exception {
        int[] asked = {0};
        Reward falling =
                (pixels, texts) -> pixels.mul(new Scalar(0)).mean(1, 2, 3).sub(new Scalar((double) asked[0]++));
        List<Long> validations = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void measured(long step, Map<String, Double> values) {
                assertThat(values).containsKeys("student/held-out loss", "held-out reward", "diversity");
                validations.add(step);
            }
        };
        TrainingSettings settings =
                new TrainingSettings(1, 100, 2, 1, Precision.F32, false, 2, new TrainingSettings.Intervals(100, 1, 0));
        Checkpoints checkpoints = new Checkpoints(Files.createTempDirectory(folder, "run"), 1);
        try (DistillationObjective objective =
                        tiny.measured(stop(falling, 1, 0), consistency(8, 8, 3, TinyDistillation.PLAIN));
                Trainer<?> trainer = new Trainer<>(objective, settings, checkpoints, List.of(listener))) {
            assertThat(trainer.run()).isTrue();
        }

        assertThat(validations).containsExactly(1L, 2L, 3L);
    }

    @Test
    void moreCaptionsThanAreHeldOutAreRefused() {
        assertThatThrownBy(() -> tiny.measured(
                        stop((pixels, texts) -> pixels, 5, 0.8), consistency(8, 1, 1, TinyDistillation.PLAIN)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("distillation.stop.prompts is 5, and 4 samples are held out");
    }
}
