package dev.hypersd.pipeline;

import dev.hypersd.image.Image;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * A denoising step that has just been done.
 *
 * @param number 1 to {@code total}
 * @param total how many steps the plan has
 * @param elapsed time since the first step began
 * @param previews decodes what the network now believes the finished pictures to be, one for each picture of the batch.
 *     It costs a run of the decoder, only when asked for, and only during the callback
 */
public record Step(int number, int total, Duration elapsed, Supplier<List<Image>> previews) {
    /** What one step has taken on average. */
    public Duration each() {
        return elapsed.dividedBy(number);
    }

    /** How long the steps still to come will take if they are like those before. */
    public Duration remaining() {
        return each().multipliedBy(total - number);
    }
}
