package dev.hypersd.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.bytedeco.pytorch.Tensor;

class JumpPropertiesTest {
    private static final int VALUES = 8;

    @Property(tries = 200)
    void aJumpToTheSameTimestepIsTheIdentity(
            @ForAll PredictionType prediction, @ForAll @IntRange(max = 999) int t, @ForAll long seed) {
        TensorScope.released(() -> {
            Tensor x = random(seed);
            Tensor jumped = schedule(prediction).jump(x, random(seed + 1), t, t);
            // Exactly, but for a possible last bit of alpha^2 + sigma^2.
            assertThat(Tensors.toFloats(jumped)).containsExactly(Tensors.toFloats(x), within(1e-6f));
            return "";
        });
    }

    @Property(tries = 200)
    void jumpsAlongOneNoiseCompose(
            @ForAll @IntRange(max = 999) int from,
            @ForAll @IntRange(max = 999) int over,
            @ForAll @IntRange(max = 999) int to,
            @ForAll long seed) {
        NoiseSchedule schedule = schedule(PredictionType.EPSILON);
        TensorScope.released(() -> {
            Tensor x = random(seed);
            Tensor eps = random(seed + 1);
            Tensor direct = schedule.jump(x, eps, from, to);
            Tensor twice = schedule.jump(schedule.jump(x, eps, from, over), eps, over, to);
            // F32, amplified by at most alpha_0 / alpha_999 = 15 in each jump.
            assertThat(Tensors.toFloats(twice)).containsExactly(Tensors.toFloats(direct), within(2e-4f));
            return "";
        });
    }

    @Property(tries = 200)
    void aJumpKeepsTheImageAndTheNoiseOfASample(
            @ForAll PredictionType prediction,
            @ForAll @IntRange(max = 999) int from,
            @ForAll @IntRange(max = 999) int to,
            @ForAll long seed) {
        NoiseSchedule schedule = schedule(prediction);
        TensorScope.released(() -> {
            Tensor x0 = random(seed);
            Tensor noise = random(seed + 1);
            Tensor x = schedule.addNoise(x0, noise, from);
            Tensor output = switch (prediction) {
                case EPSILON -> noise;
                case V_PREDICTION -> schedule.velocity(x0, noise, from);
                case SAMPLE -> x0;
            };
            Tensor expected = schedule.addNoise(x0, noise, to);
            // F32, amplified by up to 15 (epsilon at much noise) or 34 (sample at little).
            assertThat(Tensors.toFloats(schedule.jump(x, output, from, to)))
                    .containsExactly(Tensors.toFloats(expected), within(2e-4f));
            assertThat(Tensors.toFloats(schedule.toX0(x, output, from)))
                    .containsExactly(Tensors.toFloats(x0), within(2e-4f));
            assertThat(Tensors.toFloats(schedule.toEps(x, output, from)))
                    .containsExactly(Tensors.toFloats(noise), within(2e-4f));
            return "";
        });
    }

    /**
     * x_s has noise of variance sigma_s^2; scaled, and with fresh noise on top, it must have sigma_t^2, and alpha_t of
     * the image.
     */
    @Property
    void renoisingEndsAtTheNoiseLevelOfItsTimestep(
            @ForAll @IntRange(max = 999) int one, @ForAll @IntRange(max = 999) int other) {
        NoiseSchedule schedule = schedule(PredictionType.EPSILON);
        NoiseLevel from = schedule.level(Math.min(one, other));
        NoiseLevel to = schedule.level(Math.max(one, other));
        Blend renoise = NoiseSchedule.renoise(from, to);
        assertThat(renoise.first() * from.alpha()).isCloseTo(to.alpha(), within(1e-12));
        double variance = Math.pow(renoise.first() * from.sigma(), 2) + Math.pow(renoise.second(), 2);
        assertThat(variance).isCloseTo(to.sigma() * to.sigma(), within(1e-12));
    }

    @Property(tries = 50)
    void eachSampleOfABatchMovesAsItWouldAlone(
            @ForAll PredictionType prediction,
            @ForAll @IntRange(max = 999) int fromFirst,
            @ForAll @IntRange(max = 999) int fromSecond,
            @ForAll @IntRange(max = 999) int to,
            @ForAll long seed) {
        NoiseSchedule schedule = schedule(prediction);
        TensorScope.released(() -> {
            Tensor x = random(seed);
            Tensor output = random(seed + 1);
            Tensor both = schedule.jump(x, output, new int[] {fromFirst, fromSecond}, new int[] {to, to});
            Tensor first = schedule.jump(x.narrow(0, 0, 1), output.narrow(0, 0, 1), fromFirst, to);
            Tensor second = schedule.jump(x.narrow(0, 1, 1), output.narrow(0, 1, 1), fromSecond, to);
            assertThat(Tensors.toFloats(both))
                    .containsExactly(Tensors.toFloats(Tensors.cat(0, first, second)), within(1e-5f));
            return "";
        });
    }

    private static NoiseSchedule schedule(PredictionType prediction) {
        return new NoiseSchedule(ScheduleSettings.STABLE_DIFFUSION.withPrediction(prediction));
    }

    private static Tensor random(long seed) {
        Random random = new Random(seed);
        float[] values = new float[VALUES];
        for (int i = 0; i < VALUES; i++) {
            values[i] = (float) Math.clamp(random.nextGaussian(), -3.0, 3.0);
        }
        return Tensors.of(values, 2, VALUES / 2);
    }
}
