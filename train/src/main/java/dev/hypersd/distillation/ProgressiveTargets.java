package dev.hypersd.distillation;

import dev.hypersd.distillation.Segments.Spans;
import dev.hypersd.distillation.TargetMaker.Target;
import dev.hypersd.distillation.Teacher.Solver;
import dev.hypersd.training.RandomSource;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/**
 * Progressive distillation (Salimans and Ho, 2022; with a discriminator, Lin et al., 2024): the student crosses a
 * segment in one step as the teacher does in several. The teacher of a later stage is the student of the previous one.
 */
record ProgressiveTargets() implements TargetMaker {
    @Override
    public Spans spans(Segments segments, int batch, RandomSource random) {
        int[] targets = Arrays.stream(random.integers(segments.count(), batch))
                .map(segment -> segment * segments.length())
                .toArray();
        int[] starts =
                Arrays.stream(targets).map(target -> target + segments.length()).toArray();
        return new Spans(segments, starts, targets);
    }

    @Override
    public Target target(Tensor noisy, Spans spans, Solver teacher, Solver average, RandomSource random) {
        Tensor x = noisy;
        for (int i = 0; i < spans.segments().length(); i++) {
            x = teacher.step(x, spans.below(i), spans.below(i + 1));
        }
        return new Target(noisy, spans.from(), x, spans.to(), spans.end());
    }
}
