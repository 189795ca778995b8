package dev.hypersd.pipeline;

import dev.hypersd.image.Image;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * A denoising step that has just been completed. The steps of a hires pass are counted together with those before it.
 *
 * @param number the number of the step, 1 to {@code total}
 * @param total the number of all steps
 * @param elapsed the time since the first step began
 * @param previews decodes the present prediction of the finished pictures, one for each picture of the batch. This runs
 *     the decoder; it may be called during the callback only
 */
public record Step(int number, int total, Duration elapsed, Supplier<List<Image>> previews) {
    /** Returns the average time of a step. */
    public Duration each() {
        return elapsed.dividedBy(number);
    }

    /** Returns the expected time of the remaining steps, at the average time of those before. */
    public Duration remaining() {
        return each().multipliedBy(total - number);
    }
}
