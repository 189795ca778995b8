package dev.hypersd.distillation;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.section.Section;
import dev.hypersd.training.RandomSource;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * The noise levels at which drawn latents are compared, by a discriminator or by two scores.
 *
 * @param least the lowest timestep
 * @param greatest the highest timestep
 * @param fixed timesteps that take the place of the range, such as the levels of SDXL-Lightning (Lin et al., 2024,
 *     section 3.4); empty for all of the range
 */
record NoiseLevels(int least, int greatest, List<Integer> fixed) {
    NoiseLevels {
        fixed = List.copyOf(fixed);
    }

    /** Reads the key {@code noise_timesteps}. */
    static List<Integer> read(Section section) {
        List<Integer> fixed = section.counts("noise_timesteps", List.of());
        if (section.has("noise_timesteps") && fixed.isEmpty()) {
            throw section.invalid("noise_timesteps", "is empty; leave it out for all noise levels");
        }
        if (fixed.stream().anyMatch(timestep -> timestep < 0)) {
            throw section.invalid("noise_timesteps", "is %s, and no timestep is below 0".formatted(fixed));
        }
        return fixed;
    }

    /**
     * The keys {@code least_timestep} and {@code greatest_timestep}.
     *
     * @param least if empty, a fiftieth of all timesteps
     * @param greatest if empty, all but a fiftieth of all timesteps
     */
    record Range(OptionalInt least, OptionalInt greatest) {
        /** The published range of distribution matching: 20 to 980 of 1000 timesteps. */
        static final Range USUAL = new Range(OptionalInt.empty(), OptionalInt.empty());

        static Range read(Section section) {
            return new Range(section.optionalCount("least_timestep", 0), section.optionalCount("greatest_timestep", 0));
        }

        /**
         * Returns the levels of this range.
         *
         * @param section the name of the section, for messages
         * @param timesteps the number of timesteps of the model
         * @throws InvalidRequestException if the model has no such timesteps
         */
        NoiseLevels of(String section, int timesteps) {
            int lowest = least.orElse(timesteps / 50);
            int highest = greatest.orElse(timesteps - timesteps / 50);
            if (highest < lowest || highest >= timesteps) {
                throw new InvalidRequestException(
                        ("distillation.%s compares from least_timestep %d to greatest_timestep %d; they must rise and"
                                        + " be at most %d")
                                .formatted(section, lowest, highest, timesteps - 1));
            }
            return new NoiseLevels(lowest, highest, List.of());
        }
    }

    /**
     * Returns these levels, or {@code fixed} timesteps in their place if there are some.
     *
     * @param timesteps the number of timesteps of the model
     * @throws InvalidRequestException if the model has no such timesteps
     */
    NoiseLevels or(List<Integer> fixed, int timesteps) {
        require(fixed, timesteps);
        return new NoiseLevels(least, greatest, fixed);
    }

    /** Refuses timesteps that a model does not have. */
    static void require(List<Integer> fixed, int timesteps) {
        if (fixed.stream().anyMatch(timestep -> timestep >= timesteps)) {
            throw new InvalidRequestException(
                    "adversarial.noise_timesteps of the distillation is %s, and the model's last timestep is %d"
                            .formatted(fixed, timesteps - 1));
        }
    }

    /** Draws a timestep for each of {@code count} samples, each with equal probability. */
    int[] draw(int count, RandomSource random) {
        return fixed.isEmpty()
                ? Arrays.stream(random.integers(greatest + 1 - least, count))
                        .map(t -> t + least)
                        .toArray()
                : Arrays.stream(random.integers(fixed.size(), count))
                        .map(fixed::get)
                        .toArray();
    }
}
