package dev.hypersd.distillation;

import dev.hypersd.distillation.trajectory.Segments;
import dev.hypersd.distillation.trajectory.Spans;
import dev.hypersd.distillation.trajectory.TargetTimestep;
import dev.hypersd.nn.Adapters;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.training.RandomSource;
import org.bytedeco.pytorch.Tensor;

/**
 * Trajectory segmented consistency (Ren et al., 2024, section 3.1 and equation 12): from two neighbouring points of a teacher's trajectory the student
 * arrives at the same point further down in the segment. With one segment it is trajectory consistency distillation (Zheng et al., 2024),
 * with the segments' ends as goals phased consistency (Wang et al., 2024), with both a latent consistency model (Luo et al., 2023).
 *
 * @param average the student's averaged weights, which go from the point below
 */
record ConsistencyTargets(
        Teacher teacher, Adapters average, Segments segments, TargetTimestep targetTimestep, Noising noising)
        implements TargetMaker {
    @Override
    public Target on(Batch batch, RandomSource random) {
        Spans spans = Spans.draw(segments, targetTimestep, batch.size(), random);
        NoiseSchedule schedule = teacher.denoiser().schedule();
        Tensor start = noising.of(batch.latents(), spans.from(), schedule, random);
        Tensor below = teacher.solver(batch, random).step(start, spans.from(), spans.next());
        Tensor predicted = average.during(() -> teacher.denoiser().predict(below, spans.next(), batch.text()));
        Tensor target = schedule.jump(below, predicted, spans.next(), spans.to());
        return new Target(start, spans.from(), target, spans.to(), spans.end());
    }
}
