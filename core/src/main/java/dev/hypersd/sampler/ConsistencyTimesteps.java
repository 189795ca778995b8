package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import java.util.stream.IntStream;

/** The timesteps of TCD and LCM: evenly picked from those that the model was distilled with. */
final class ConsistencyTimesteps {
    private ConsistencyTimesteps() {}

    /** {@code T/original * (1..k) - 1}: those of the first {@code k = original * strength} distillation timesteps, increasing. */
    static int[] distilled(int trainTimesteps, int original, double strength) {
        if (original < 1 || original > trainTimesteps) {
            throw new InvalidRequestException("the number of original steps must be between 1 and %d, not %d"
                    .formatted(trainTimesteps, original));
        }
        int stride = trainTimesteps / original;
        return IntStream.rangeClosed(1, (int) (original * strength))
                .map(i -> i * stride - 1)
                .toArray();
    }

    /** {@code count} of {@code origin}, decreasing, beginning with its last. */
    static int[] pick(int[] origin, int count) {
        if (count > origin.length) {
            throw new InvalidRequestException(
                    "%d steps are too many: this model was distilled with %d timesteps (original steps times origin strength)"
                            .formatted(count, origin.length));
        }
        double stride = (double) origin.length / count;
        return IntStream.range(0, count)
                .map(i -> origin[origin.length - 1 - (int) Math.floor(i * stride)])
                .toArray();
    }
}
