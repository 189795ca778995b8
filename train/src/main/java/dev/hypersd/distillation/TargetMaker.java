package dev.hypersd.distillation;

import dev.hypersd.distillation.Segments.Spans;
import dev.hypersd.distillation.Teacher.Solver;
import dev.hypersd.training.RandomSource;
import org.bytedeco.pytorch.Tensor;

/**
 * A method of distilling trajectories: it chooses the points where the student is evaluated, and computes the latents
 * that it has to predict in one step.
 */
interface TargetMaker {
    /**
     * The latents that a student has to predict in one step, with a timestep for each sample.
     *
     * @param start the latents at {@code from}, {@code [B, C, h, w]}
     * @param from the timesteps at which the student is evaluated
     * @param latents the latents to predict, at {@code to}, without gradients
     * @param to the timesteps of the prediction, at most {@code from}
     * @param end the noisier end of the segment: a discriminator compares latents with noise between {@code to} and
     *     {@code end}
     */
    record Target(Tensor start, int[] from, Tensor latents, int[] to, int[] end) {}

    /** Draws the starts and targets of {@code batch} samples. */
    Spans spans(Segments segments, int batch, RandomSource random);

    /**
     * Computes the target for noisy latents, without gradients.
     *
     * @param noisy the noisy latents at the timesteps where {@code spans} start
     * @param teacher the teacher's solver
     * @param average the solver of the student's moving average (EMA)
     */
    Target target(Tensor noisy, Spans spans, Solver teacher, Solver average, RandomSource random);
}
