package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where on the way from noise to image a given number of steps lies. Its text form is that of scheduler_config.json. */
public enum Spacing {
    /** Multiples of T/N counted from 0, plus an offset: the first step never sees pure noise. Stable Diffusion as published. */
    LEADING,

    /** Multiples of T/N counted down from T: the first step sees the last timestep. What few-step models need (Lin et al., 2024). */
    TRAILING,

    /** From T-1 to 0 evenly, both ends included. */
    LINSPACE;

    /** The name in scheduler_config.json. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * {@code count} decreasing timesteps out of 0..{@code trainTimesteps}-1; linspace gives fractions.
     *
     * @param offset added to every timestep of leading spacing, for the others ignored
     * @throws InvalidRequestException if there are not that many timesteps, or the offset leads beyond the last
     */
    public double[] timesteps(int trainTimesteps, int count, int offset) {
        if (count > trainTimesteps) {
            throw new InvalidRequestException(
                    "%d steps are too many: this model has %d timesteps".formatted(count, trainTimesteps));
        }
        int stride = trainTimesteps / count;
        double[] timesteps = new double[count];
        Arrays.setAll(timesteps, i -> switch (this) {
            case LEADING -> (double) (count - 1 - i) * stride + offset;
            case TRAILING -> Math.rint(trainTimesteps - i * ((double) trainTimesteps / count)) - 1;
            // Limited, because rounding can carry the first one a little beyond the last timestep.
            case LINSPACE ->
                count == 1
                        ? 0
                        : Math.min((count - 1 - i) * ((trainTimesteps - 1.0) / (count - 1)), trainTimesteps - 1.0);
        });
        if (timesteps[0] > trainTimesteps - 1) {
            throw new InvalidRequestException(
                    "%d steps with leading spacing and offset %d begin at timestep %d, beyond the last, %d: take fewer steps"
                            .formatted(count, offset, (long) timesteps[0], trainTimesteps - 1));
        }
        return timesteps;
    }

    static Optional<Spacing> ofText(String text) {
        return Arrays.stream(values()).filter(s -> s.text().equals(text)).findFirst();
    }
}
