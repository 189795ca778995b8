package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * How many steps are wanted, or which, and what part of the way they cover.
 *
 * @param count the number of steps of the whole way, at least 1
 * @param timesteps the timesteps themselves, decreasing, or empty to let the sampler choose
 * @param originalSteps for TCD and LCM: overrides the number of timesteps the model was distilled with
 * @param originStrength for TCD and LCM: the share of those timesteps to choose from, from the clean end, in (0, 1]
 * @param strength for image-to-image: the share of the steps to take, from the clean end, in (0, 1]
 * @param denoisingStart the share of the noise that is already gone at the start, in [0, 1); takes precedence over
 *     {@code strength}
 * @param denoisingEnd the share of the noise that is gone at the end, in (0, 1]; below 1 the result is still noisy
 */
public record Steps(
        int count,
        List<Integer> timesteps,
        OptionalInt originalSteps,
        double originStrength,
        double strength,
        double denoisingStart,
        double denoisingEnd) {
    /** Refuses numbers out of range with an {@link InvalidRequestException} that names them. */
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

    /** {@code count} steps from pure noise to the image, where the sampler likes them. */
    public static Steps of(int count) {
        return new Steps(count, List.of(), OptionalInt.empty(), 1, 1, 0, 1);
    }

    /** Steps at exactly these timesteps, which must decrease. */
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
     * For samplers that choose among the timesteps that a model was distilled at: where the strength would leave no
     * step of so few, all of them within its share of the way. So a model of one step redraws a picture from half way.
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

    /** Returns the indices into {@code all}, the decreasing timesteps of the whole way, that these steps cover. */
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
     * Returns how many of {@code timesteps} come before {@code share} of the noise levels is behind; rounded like the
     * reference, half to even.
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
