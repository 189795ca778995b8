package dev.hypersd.distillation;

import dev.hypersd.distillation.trajectory.Segments;
import dev.hypersd.training.RandomSource;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * Progressive distillation (Salimans and Ho, 2022; with a discriminator, Lin et al., 2024): the student crosses a segment in one step as the teacher does in
 * several. The teacher of a later stage is the student of the stage before.
 *
 * @param segments one for each step of the student, as many points in each as the teacher takes steps
 */
record ProgressiveTargets(Teacher teacher, Segments segments, Noising noising) implements TargetMaker {
    @Override
    public Target on(Batch batch, RandomSource random) {
        int[] starts = Arrays.stream(random.integers(segments.count(), batch.size()))
                .map(segment -> segment * segments.length())
                .toArray();
        int[] from = above(starts, segments.length());
        Tensor start = noising.of(batch.latents(), from, teacher.denoiser().schedule(), random);
        Teacher.Solver solver = teacher.solver(batch, random);
        Tensor x = start;
        for (int i = segments.length(); i > 0; i--) {
            x = solver.step(x, above(starts, i), above(starts, i - 1));
        }
        return new Target(start, from, x, above(starts, 0), from);
    }

    /** The timesteps so many points above those of {@code starts}. */
    private int[] above(int[] starts, int points) {
        return Arrays.stream(starts)
                .map(start -> segments.grid().timestep(start + points))
                .toArray();
    }
}
