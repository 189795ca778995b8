package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The number of steps, or the timesteps, and the part of the schedule that they cover.
 *
 * @param count the number of steps of the whole schedule, at least 1
 * @param timesteps the timesteps, decreasing, or empty to let the sampler choose them
 * @param originalSteps for TCD and LCM: replaces the number of timesteps that the model was distilled with
 * @param originStrength for TCD and LCM: the fraction of those timesteps that is used, from the clean end, in (0, 1]
 * @param strength for image-to-image: the fraction of the steps to take, from the clean end, in (0, 1]
 * @param denoisingStart the fraction of the noise that is already removed at the start, in [0, 1); takes precedence
 *     over {@code strength}
 * @param denoisingEnd the fraction of the noise that is removed at the end, in (0, 1]; below 1 the result is still
 *     noisy
 */
public record Steps(
        int count,
        List<Integer> timesteps,
        OptionalInt originalSteps,
        double originStrength,
        double strength,
        double denoisingStart,
        double denoisingEnd) {
    /**
     * Refuses numbers that are out of range.
     *
     * @throws InvalidRequestException which names the number
     */
    public Steps {
        timesteps = List.copyOf(timesteps);
        if (count < 1) {
            throw new InvalidRequestException("the number of steps must be at least 1, not " + count);
        }
        for (int i = 1; i < timesteps.size(); i++) {
            if (timesteps.get(i) >= timesteps.get(i - 1)) {
                throw new InvalidRequestException(
                        "timesteps must decrease, but %d follows %d".formatted(timesteps.get(i), timesteps.get(i - 1)));
            }
        }
        checkShare("origin strength", originStrength);
        checkShare("strength", strength);
        checkShare("denoising end", denoisingEnd);
        if (!(denoisingStart >= 0 && denoisingStart < denoisingEnd)) {
            throw new InvalidRequestException("denoising start must be at least 0 and below denoising end (%s), not %s"
                    .formatted(denoisingEnd, denoisingStart));
        }
    }

    /** Creates {@code count} steps from pure noise to the image, at timesteps that the sampler chooses. */
    public static Steps of(int count) {
        return new Steps(count, List.of(), OptionalInt.empty(), 1, 1, 0, 1);
    }

    /** Creates steps at exactly these timesteps, which must decrease. */
    public static Steps at(int... timesteps) {
        return new Steps(timesteps.length, Arrays.stream(timesteps).boxed().toList(), OptionalInt.empty(), 1, 1, 0, 1);
    }

    public Steps withOriginalSteps(int steps) {
        return new Steps(
                count, timesteps, OptionalInt.of(steps), originStrength, strength, denoisingStart, denoisingEnd);
    }

    public Steps withOriginStrength(double share) {
        return new Steps(count, timesteps, originalSteps, share, strength, denoisingStart, denoisingEnd);
    }

    public Steps withStrength(double share) {
        return new Steps(count, timesteps, originalSteps, originStrength, share, denoisingStart, denoisingEnd);
    }

    public Steps withDenoisingStart(double share) {
        return new Steps(count, timesteps, originalSteps, originStrength, strength, share, denoisingEnd);
    }

    public Steps withDenoisingEnd(double share) {
        return new Steps(count, timesteps, originalSteps, originStrength, strength, denoisingStart, share);
    }

    /**
     * Returns the steps for samplers that choose among the timesteps that a model was distilled with. If so few steps
     * would leave none within the strength, all of them are taken within it. So a one-step model redraws a picture from
     * half of the noise.
     */
    Steps withinStrength() {
        boolean none = !areChosen() && denoisingStart == 0 && (int) (count * strength) == 0;
        return none ? withStrength(1).withOriginStrength(strength * originStrength) : this;
    }

    /** Returns whether the caller chose the timesteps. */
    boolean areChosen() {
        return !timesteps.isEmpty();
    }

    /** Returns the chosen timesteps, each checked against the schedule. */
    int[] chosen(int trainTimesteps) {
        for (int t : timesteps) {
            if (t < 0 || t >= trainTimesteps) {
                throw new InvalidRequestException(
                        "timestep %d does not exist: this model has 0 to %d".formatted(t, trainTimesteps - 1));
            }
        }
        return timesteps.stream().mapToInt(Integer::intValue).toArray();
    }

    /**
     * Returns the indices of the steps that these steps cover, within the decreasing timesteps {@code all} of the whole
     * schedule.
     */
    IntStream part(double[] all, int trainTimesteps) {
        int from = denoisingStart > 0
                ? countUntil(denoisingStart, trainTimesteps, all)
                : all.length - (int) (all.length * strength);
        int to = denoisingEnd < 1 ? countUntil(denoisingEnd, trainTimesteps, all) : all.length;
        if (from == all.length && denoisingStart == 0) {
            throw new InvalidRequestException(
                    "strength %s of %d steps leaves none: take at least %d steps or strength %s"
                            .formatted(strength, all.length, (int) Math.ceil(1 / strength), 1.0 / all.length));
        }
        if (from >= to) {
            throw new InvalidRequestException("none of %d steps lies between denoising %s and %s: take more steps"
                    .formatted(all.length, denoisingStart, denoisingEnd));
        }
        return IntStream.range(from, to);
    }

    /**
     * Returns how many of {@code timesteps} come within the first {@code share} of the noise levels; rounded half to
     * even, as in diffusers.
     */
    static int countUntil(double share, int trainTimesteps, double[] timesteps) {
        double cutoff = Math.rint(trainTimesteps - share * trainTimesteps);
        return (int) Arrays.stream(timesteps).filter(t -> t >= cutoff).count();
    }

    private static void checkShare(String name, double share) {
        if (!(share > 0 && share <= 1)) {
            throw new InvalidRequestException(name + " must be above 0 and at most 1, not " + share);
        }
    }
}
