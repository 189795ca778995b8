package dev.hypersd.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.schedule.ScheduleSettings;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.RandomSource;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class NoiseLevelsTest {
    @Test
    void levelsAreDrawnFromTheWholeRangeOrFromThoseThatAreNamed() {
        NoiseLevels range = NoiseLevels.Range.USUAL.of("score", 1000);
        int[] drawn = range.draw(5000, RandomSource.at(1));
        int[] named = range.or(List.of(10, 750), 1000).draw(100, RandomSource.at(1));

        assertThat(Arrays.stream(drawn).min()).hasValue(20);
        assertThat(Arrays.stream(drawn).max()).hasValue(980);
        assertThat(Arrays.stream(drawn).average().orElseThrow()).isCloseTo(500, within(20.0));
        assertThat(Arrays.stream(named).distinct().sorted()).containsExactly(10, 750);
    }

    @Test
    void levelsThatTheModelDoesNotHaveAreRefused() {
        NoiseLevels.Range range = new NoiseLevels.Range(OptionalInt.of(30), OptionalInt.of(20));

        assertThatThrownBy(() -> range.of("score", 1000))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("distillation.score compares from least_timestep 30 to greatest_timestep 20; they must rise"
                        + " and be at most 999");
        assertThatThrownBy(() -> NoiseLevels.require(List.of(10, 750), 400))
                .hasMessage("adversarial.noise_timesteps of the distillation is [10, 750], and the model's last"
                        + " timestep is 399");
    }

    @Test
    void theCosineWeightIsTheShareOfThePicture() {
        NoiseSchedule schedule = new NoiseSchedule(ScheduleSettings.STABLE_DIFFUSION);
        float[] weights = Engine.infer(() ->
                TensorScope.released(() -> Tensors.toFloats(NoiseWeight.COSINE.of(new int[] {0, 499, 999}, schedule))));
        NoiseLevel middle = schedule.level(499);

        assertThat(weights[0]).isCloseTo(1, within(1e-3f));
        assertThat((double) weights[1]).isCloseTo(Math.cos(Math.atan(middle.sigma() / middle.alpha())), within(1e-6));
        assertThat(weights[2]).isCloseTo(0.0683f, within(1e-4f));
    }
}
