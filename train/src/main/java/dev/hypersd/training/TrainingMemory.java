package dev.hypersd.training;

import dev.hypersd.error.InvalidRequestException;

/**
 * Refuses a training that cannot fit into memory, before the system ends the program in the midst of it. Estimates are
 * low: what is refused does not fit; what is not refused may still need more than there is.
 */
public final class TrainingMemory {
    private static final double GIB = 1L << 30;

    private TrainingMemory() {}

    /**
     * Refuses too many trained weights. Each takes four bytes, as many for its gradient and each of two moments of the
     * optimiser, and as many for the average.
     *
     * @param averaged whether there is a moving average
     * @param available the memory in bytes
     * @throws InvalidRequestException if they do not fit
     */
    static void requireWeights(long count, boolean averaged, long available) {
        double needed = (double) count * Float.BYTES * (averaged ? 5 : 4);
        if (needed > available) {
            throw new InvalidRequestException(
                    ("%,d trained weights take %.1f GiB with their gradients, the optimiser's moments and the average,"
                                    + " and %.1f GiB are available: train a LoRA (tuning: lora), fewer weights"
                                    + " (trainable), or without an average (ema_decay: 0)")
                            .formatted(count, needed / GIB, available / GIB));
        }
    }

    /**
     * Refuses a micro-batch that does not fit.
     *
     * @param available the memory in bytes
     * @throws InvalidRequestException if it does not fit
     */
    public static void requireBatch(Objective<?> objective, TrainingSettings settings, long available) {
        double each = objective.memoryOfSample(settings.gradientCheckpointing());
        if (each * settings.batch() > available) {
            long most = Math.max(1, (long) (available / each));
            boolean checkpointingHelps = !settings.gradientCheckpointing() && objective.memoryOfSample(true) < each;
            throw new InvalidRequestException(
                    ("training.batch %d needs at least %.1f GiB, and %.1f GiB are available: set training.batch to at"
                                    + " most %d%s")
                            .formatted(
                                    settings.batch(),
                                    each * settings.batch() / GIB,
                                    available / GIB,
                                    most,
                                    checkpointingHelps
                                            ? ", raise training.accumulate, which takes no memory, or set"
                                                    + " training.gradient_checkpointing: true"
                                            : " and raise training.accumulate, which takes no memory"));
        }
    }
}
