package dev.hypersd.training;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.unet.UNetConfig;
import java.util.List;

/**
 * Refuses a training that cannot fit into memory, before the system ends the program in the midst of it. Estimates are
 * low: what is refused does not fit; what is not refused may still need more than there is.
 */
public final class TrainingMemory {
    private static final double GIB = 1L << 30;

    /**
     * How many values of the size of a feature map a layer keeps for the backward pass, at least. The U-Net of SD 1.5
     * keeps 120 at 256x256 (FullSizeFineTuningTest), and 10 times less with gradient checkpointing.
     */
    private static final int KEPT = 60;

    private static final int KEPT_WITH_CHECKPOINTING = 6;

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
     * Returns the memory in bytes that a sample takes in a training step of a U-Net, at least.
     *
     * @param height the height of the latents
     * @param width their width
     */
    public static double ofSample(UNetConfig unet, long height, long width, boolean gradientCheckpointing) {
        double each = 0;
        List<UNetConfig.Level> levels = unet.levels();
        for (int i = 0; i < levels.size(); i++) {
            double area = Math.ceil((double) height / (1L << i)) * Math.ceil((double) width / (1L << i));
            int layers = 2 * levels.get(i).layers() + 1;
            each += area * levels.get(i).channels() * layers * Float.BYTES;
        }
        return each * (gradientCheckpointing ? KEPT_WITH_CHECKPOINTING : KEPT);
    }

    /**
     * Refuses a micro-batch that does not fit.
     *
     * @param each the memory in bytes that a sample takes, at least
     * @param available the memory in bytes
     * @throws InvalidRequestException if it does not fit
     */
    public static void requireBatch(double each, TrainingSettings settings, long available) {
        if (each * settings.batch() > available) {
            long most = Math.max(1, (long) (available / each));
            throw new InvalidRequestException(
                    ("training.batch %d needs at least %.1f GiB, and %.1f GiB are available: set training.batch to at"
                                    + " most %d%s")
                            .formatted(
                                    settings.batch(),
                                    each * settings.batch() / GIB,
                                    available / GIB,
                                    most,
                                    settings.gradientCheckpointing()
                                            ? " and raise training.accumulate, which takes no memory"
                                            : ", raise training.accumulate, which takes no memory, or set"
                                                    + " training.gradient_checkpointing: true"));
        }
    }
}
