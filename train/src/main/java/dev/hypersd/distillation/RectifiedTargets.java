package dev.hypersd.distillation;

import dev.hypersd.distillation.Segments.Spans;
import dev.hypersd.distillation.TargetMaker.Target;
import dev.hypersd.distillation.Teacher.Solver;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.RandomSource;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * Piecewise rectified flow (Yan et al., 2024): the teacher crosses a segment in several steps, and from any point on
 * the straight line between its two ends the student predicts the lower end.
 *
 * <p>Lines are straight in {@code (x / alpha, sigma / alpha)}, where DDIM moves straight while the predicted noise is
 * constant.
 */
record RectifiedTargets() implements TargetMaker {
    private static final ProgressiveTargets WHOLE_SEGMENTS = new ProgressiveTargets();

    @Override
    public Spans spans(Segments segments, int batch, RandomSource random) {
        return WHOLE_SEGMENTS.spans(segments, batch, random);
    }

    @Override
    public Target target(Tensor noisy, Spans spans, Solver teacher, Solver average, RandomSource random) {
        Target whole = WHOLE_SEGMENTS.target(noisy, spans, teacher, average, random);
        int[] between = new int[whole.from().length];
        Arrays.setAll(between, i -> whole.from()[i] - (int) (random.uniform() * (whole.from()[i] - whole.to()[i])));
        Tensor start = onLine(teacher.predictor().schedule(), whole, between);
        return new Target(start, between, whole.latents(), whole.to(), whole.end());
    }

    /** Returns the points at timesteps {@code at} on the lines from the start of {@code whole} to its target. */
    static Tensor onLine(NoiseSchedule schedule, Target whole, int[] at) {
        float[] upper = new float[at.length];
        float[] lower = new float[at.length];
        for (int i = 0; i < at.length; i++) {
            NoiseLevel from = schedule.level(whole.from()[i]);
            NoiseLevel here = schedule.level(at[i]);
            NoiseLevel to = schedule.level(whole.to()[i]);
            double part = (here.ratio() - to.ratio()) / (from.ratio() - to.ratio());
            upper[i] = (float) (part * here.alpha() / from.alpha());
            lower[i] = (float) ((1 - part) * here.alpha() / to.alpha());
        }
        return whole.start().mul(each(upper)).add(whole.latents().mul(each(lower)));
    }

    private static Tensor each(float[] values) {
        return Tensors.of(values, values.length, 1, 1, 1);
    }
}
