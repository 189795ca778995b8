package dev.hypersd.distillation;

import dev.hypersd.distillation.Segments.Spans;
import dev.hypersd.distillation.Teacher.Solver;
import dev.hypersd.training.RandomSource;
import org.bytedeco.pytorch.Tensor;

/** A method of distilling trajectories: where the student is asked, and where it has to arrive in one step. */
interface TargetMaker {
    /**
     * What a student has to do in one step; timesteps for each sample.
     *
     * @param start latents at {@code from}, {@code [B, C, h, w]}
     * @param from where the student is asked
     * @param latents where it has to arrive, at {@code to}, without gradients
     * @param to at most {@code from}
     * @param end the noisier end of the segment: a discriminator compares latents with noise between {@code to} and
     *     here
     */
    record Target(Tensor start, int[] from, Tensor latents, int[] to, int[] end) {}

    /** Draws where each of {@code batch} samples starts and where it has to arrive. */
    Spans spans(Segments segments, int batch, RandomSource random);

    /**
     * Returns the target for noisy latents; gradients are off.
     *
     * @param noisy latents at the timesteps where {@code spans} start
     * @param teacher the teacher's solver
     * @param average the solver of the student's moving average (EMA)
     */
    Target target(Tensor noisy, Spans spans, Solver teacher, Solver average, RandomSource random);
}
