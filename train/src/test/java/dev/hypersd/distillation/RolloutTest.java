package dev.hypersd.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.json.Json;
import dev.hypersd.latents.EncodedImage;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.objective.Predictor;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.schedule.ScheduleSettings;
import dev.hypersd.section.Section;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.RandomSource;
import dev.hypersd.unet.Conditioning;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RolloutTest {
    private static final NoiseSchedule SCHEDULE = new NoiseSchedule(ScheduleSettings.STABLE_DIFFUSION);
    private static final int BATCH = 2000;

    /** A network that always predicts the noise 1, for which every step can be computed by hand. */
    private static final Predictor ONE = new Predictor(
            (latents, timesteps, text) -> latents.mul(new Scalar(0)).add(new Scalar(1)), SCHEDULE);

    private static Batch batch() {
        Tensor latents = Tensors.of(new float[BATCH], BATCH, 1, 1, 1);
        Conditioning text = Conditioning.of(latents);
        EncodedImage image = new EncodedImage(new float[1], new long[] {1, 1, 1}, new Framing(8, 8, 0, 0, 8, 8));
        List<LatentSample> samples = Collections.nCopies(BATCH, new LatentSample(image, new long[1]));
        return new Batch(samples, latents, text, text, List.of(), 1);
    }

    @Test
    void withoutFreshNoiseStepsAreThoseOfDdim() {
        float[] found = Engine.infer(() -> TensorScope.released(() -> {
            Rollout rollout = new Rollout(ONE, List.of(999, 499), 0, 1);
            float noise = Tensors.toFloats(RandomSource.at(3).normal(BATCH, 1, 1, 1))[0];
            return new float[] {
                noise,
                Tensors.toFloats(rollout.drawAll(batch(), RandomSource.at(3)).clean())[0]
            };
        }));

        NoiseLevel last = SCHEDULE.level(999);
        NoiseLevel middle = SCHEDULE.level(499);
        double first = (found[0] - last.sigma()) / last.alpha();
        double x = middle.alpha() * first + middle.sigma();
        // Clean latents are amplified 14.6 times from the noise, in single precision.
        assertThat((double) found[1]).isCloseTo((x - middle.sigma()) / middle.alpha(), within(1e-4));
    }

    /** The noise that the network predicts is kept with eta 0 and replaced with eta 1. */
    @ParameterizedTest
    @CsvSource({"0, 499", "0.3, 349", "1, 0"})
    void etaReplacesNoiseByFreshNoise(double eta, int below) {
        double[] found = Engine.infer(() -> TensorScope.released(() -> {
            Rollout rollout = new Rollout(ONE, List.of(999, 499), eta, 2);
            Rollout.Drawn drawn = rollout.draw(batch(), RandomSource.at(3));
            Tensor noise = RandomSource.at(3).normal(BATCH, 1, 1, 1);
            NoiseLevel last = SCHEDULE.level(999);
            Tensor clean = noise.sub(new Scalar(last.sigma())).div(new Scalar(last.alpha()));
            Tensor rest = drawn.start()
                    .latents()
                    .sub(clean.mul(new Scalar(SCHEDULE.level(499).alpha())));
            return new double[] {rest.mean().item_double(), rest.square().mean().item_double()};
        }));

        // The step leads to timestep floor((1 - eta) 499) first. What is left of the predicted noise, 1, is the mean;
        // with the variance of the fresh noise it is sigma^2. Means of 2000 samples deviate by 0.02.
        NoiseLevel lower = SCHEDULE.level(below);
        double alpha = SCHEDULE.level(499).alpha();
        assertThat(found[0]).isCloseTo(lower.sigma() * alpha / lower.alpha(), within(0.06));
        assertThat(found[1]).isCloseTo(Math.pow(SCHEDULE.level(499).sigma(), 2), within(0.06));
    }

    @Test
    void latentsAreTakenFromTheEarliestStepOn() {
        Rollout rollout = new Rollout(ONE, List.of(999, 749, 499, 249), 1, 3);
        Set<Integer> timesteps = new TreeSet<>();
        for (int seed = 0; seed < 20; seed++) {
            RandomSource random = RandomSource.at(seed);
            timesteps.add(Engine.infer(() -> TensorScope.released(
                    () -> rollout.draw(batch(), random).start().timesteps()[0])));
        }

        assertThat(timesteps).containsExactly(249, 499);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 2", "4, 3", "8, 5"})
    void rewardsAreTakenInTheLastHalfOfTheSteps(int steps, int earliest) {
        var keys = Json.MAPPER.createObjectNode();
        var timesteps = keys.putArray("timesteps");
        for (int i = 0; i < steps; i++) {
            timesteps.add(999 - 100 * i);
        }
        Section section = new Section(Json.of(Path.of("recipe.yaml"), keys));

        assertThat(Rollout.Settings.read(section, Rollout.Trained.LAST_HALF).earliest())
                .isEqualTo(earliest);
        assertThat(Rollout.Settings.read(section, Rollout.Trained.ALL).earliest())
                .isEqualTo(1);
    }

    @Test
    void lossesThatDrawInTheSameWayShareWhatIsDrawn() {
        boolean[] same = Engine.infer(() -> TensorScope.released(() -> {
            Batch batch = batch();
            RandomSource random = RandomSource.at(1);
            Tensor one =
                    batch.drawn(new Rollout(ONE, List.of(999), 1, 1), random).clean();
            Tensor equal =
                    batch.drawn(new Rollout(ONE, List.of(999), 1, 1), random).clean();
            Tensor other =
                    batch.drawn(new Rollout(ONE, List.of(799), 1, 1), random).clean();
            return new boolean[] {isSame(one, equal), isSame(one, other)};
        }));

        assertThat(same).containsExactly(true, false);
    }

    @SuppressWarnings("ReferenceEquality") // A pass that is shared gives the same tensor.
    private static boolean isSame(Tensor one, Tensor other) {
        return one == other;
    }
}
