package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The spacing of a number of timesteps between noise and image.
 *
 * @param kind the rule
 * @param offset added to every timestep of leading spacing, 1 in Stable Diffusion; 0 for the others
 */
public record TimestepSpacing(Kind kind, int offset) {
    /**
     * Trailing spacing: T/N, 2T/N, ... up to the last timestep, at which the first step begins. Few-step models need it
     * (Lin et al., 2024).
     */
    public static final TimestepSpacing TRAILING = new TimestepSpacing(Kind.TRAILING, 0);

    /** Linspace spacing: evenly from T-1 to 0, both included. */
    public static final TimestepSpacing LINSPACE = new TimestepSpacing(Kind.LINSPACE, 0);

    /** The rules; their names in lower case are those of {@code timestep_spacing} in scheduler_config.json. */
    public enum Kind {
        LEADING,
        TRAILING,
        LINSPACE
    }

    /**
     * Returns leading spacing: multiples of T/N from 0, plus an offset, so that the first step never begins at pure
     * noise. Stable Diffusion was published with it.
     */
    public static TimestepSpacing leading(int offset) {
        return new TimestepSpacing(Kind.LEADING, offset);
    }

    /** Reads {@code timestep_spacing} and {@code steps_offset}. */
    static TimestepSpacing from(JsonObject config, Kind absent) {
        int offset = config.integer("steps_offset", 0);
        Kind kind = config.choice(
                "timestep_spacing",
                absent,
                List.of(Kind.values()),
                k -> k.name().toLowerCase(Locale.ROOT));
        return new TimestepSpacing(kind, kind == Kind.LEADING ? offset : 0);
    }

    /**
     * Returns {@code count} decreasing timesteps out of 0..{@code trainTimesteps}-1; linspace gives fractions.
     *
     * @throws InvalidRequestException if there are fewer timesteps, or the offset exceeds the last one
     */
    public double[] timesteps(int trainTimesteps, int count) {
        if (count > trainTimesteps) {
            throw new InvalidRequestException(
                    "%d steps are too many: this model has %d timesteps".formatted(count, trainTimesteps));
        }
        int stride = trainTimesteps / count;
        double[] timesteps = new double[count];
        Arrays.setAll(timesteps, i -> switch (kind) {
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
                    ("%d steps with leading spacing and offset %d begin at timestep %d, beyond the last, %d: take "
                                    + "fewer steps")
                            .formatted(count, offset, (long) timesteps[0], trainTimesteps - 1));
        }
        return timesteps;
    }
}
