package dev.hypersd.distillation.trajectory;

import dev.hypersd.training.RandomSource;
import java.util.Arrays;

/**
 * Where a batch is on its trajectories: timesteps for each sample.
 *
 * @param from where the student starts, t(n)
 * @param next one teacher step below, t(n - 1)
 * @param to where student and target meet, t(m): at most {@code next}
 * @param end the noisier boundary of the segment
 */
public record Spans(int[] from, int[] next, int[] to, int[] end) {
    /** Starts all over the grid, goals in their segments. */
    public static Spans draw(Segments segments, TargetTimestep targetTimestep, int batch, RandomSource random) {
        Grid grid = segments.grid();
        int[] indices = Arrays.stream(random.integers(grid.steps(), batch))
                .map(i -> i + 1)
                .toArray();
        Spans spans = new Spans(new int[batch], new int[batch], new int[batch], new int[batch]);
        for (int i = 0; i < batch; i++) {
            int start = segments.start(indices[i]);
            spans.from[i] = grid.timestep(indices[i]);
            spans.next[i] = grid.timestep(indices[i] - 1);
            spans.to[i] = grid.timestep(targetTimestep.draw(start, indices[i], random));
            spans.end[i] = grid.timestep(segments.end(indices[i]));
        }
        return spans;
    }
}
