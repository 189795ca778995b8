package dev.hypersd.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.distillation.TargetMaker.Target;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.schedule.ScheduleSettings;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.training.RandomSource;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.bytedeco.pytorch.Tensor;

class RectifiedTargetsTest {
    private static final NoiseSchedule SCHEDULE = new NoiseSchedule(ScheduleSettings.STABLE_DIFFUSION);

    /** Where one picture and one noise explain both ends, they explain every point between. */
    @Property(tries = 50)
    void rectifiedLinesAreThePathOfDdimWithConstantNoise(
            @ForAll @IntRange(min = 2, max = 999) int from,
            @ForAll @IntRange(min = 0, max = 999) int second,
            @ForAll @IntRange(min = 0, max = 999) int third) {
        int to = Math.min(second, third) % from;
        int at = to + Math.max(second, third) % (from - to + 1);
        double error = Engine.infer(() -> TensorScope.released(() -> {
            RandomSource random = RandomSource.at(from, second, third);
            Tensor clean = random.normal(1, 4, 2, 2);
            Tensor noise = random.normal(1, 4, 2, 2);
            Target whole = new Target(
                    SCHEDULE.addNoise(clean, noise, from),
                    new int[] {from},
                    SCHEDULE.addNoise(clean, noise, to),
                    new int[] {to},
                    new int[] {from});
            return RectifiedTargets.onLine(SCHEDULE, whole, new int[] {at})
                    .sub(SCHEDULE.addNoise(clean, noise, at))
                    .abs()
                    .max()
                    .item_double();
        }));

        // Single precision, in which the levels are kept and the products made.
        assertThat(error).isCloseTo(0, within(1e-5));
    }
}
