package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.schedule.BetaSchedule;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The noise levels that the samplers of k-diffusion and the DPM-Solvers go through, counted in sigmas: the noise
 * relative to the image, {@code sigma / alpha} of a {@link NoiseLevel} (Karras et al., 2022).
 *
 * @param noise the model's noise schedule
 * @param timesteps what the network is told, decreasing
 * @param sigmas one for each timestep, and at the end that which the last step leaves
 */
record SigmaSchedule(NoiseSchedule noise, double[] timesteps, double[] sigmas) {
    /** What pure noise counts as where sigmas must be finite: {@code alpha^2 = 2^-24}, a sigma of 4096. */
    private static final double LEAST_ALPHA_BAR = 0x1p-24;

    /** As Euler's method takes them: evenly spaced timesteps that need not be whole. */
    static SigmaSchedule ofEuler(
            NoiseSchedule noise, Steps steps, TimestepSpacing spacing, SigmaSpacing sigmaSpacing, FinalSigma end) {
        double[] trained = trainedSigmas(noise);
        double[] timesteps = steps.areChosen()
                ? chosen(noise, steps, sigmaSpacing)
                : single(spacing.timesteps(noise.trainTimesteps(), steps.count()));
        double[] sigmas = Arrays.stream(timesteps).map(t -> sigma(trained, t)).toArray();
        if (sigmaSpacing == SigmaSpacing.KARRAS) {
            sigmas = SigmaSpacing.karras(sigmas[0], sigmas[sigmas.length - 1], sigmas.length);
            timesteps =
                    single(Arrays.stream(sigmas).map(s -> timestep(trained, s)).toArray());
        }
        return ending(noise, timesteps, sigmas, end, trained);
    }

    /**
     * As the DPM-Solvers take them: whole timesteps, and for Karras spacing sigmas over the whole range of training.
     */
    static SigmaSchedule ofDpmSolver(
            NoiseSchedule noise, Steps steps, TimestepSpacing spacing, SigmaSpacing sigmaSpacing, FinalSigma end) {
        double[] trained = trainedSigmas(noise);
        if (sigmaSpacing == SigmaSpacing.KARRAS && !steps.areChosen()) {
            double[] sigmas = SigmaSpacing.karras(trained[trained.length - 1], trained[0], steps.count());
            boolean whole = noise.settings().betaSchedule() != BetaSchedule.COSINE;
            double[] timesteps = Arrays.stream(sigmas)
                    .map(s -> timestep(trained, s))
                    .map(t -> whole ? Math.rint(t) : t)
                    .toArray();
            return ending(noise, timesteps, sigmas, end, trained);
        }
        double[] timesteps = steps.areChosen()
                ? chosen(noise, steps, sigmaSpacing)
                : arrivals(spacing, noise.trainTimesteps(), steps.count());
        double[] sigmas = Arrays.stream(timesteps).map(t -> sigma(trained, t)).toArray();
        return ending(noise, timesteps, sigmas, end, trained);
    }

    /**
     * Leading and linspace spacing count one step more, whose timestep is where the solver arrives, not one it starts
     * from.
     */
    private static double[] arrivals(TimestepSpacing spacing, int trainTimesteps, int count) {
        int spaced = spacing.kind() == TimestepSpacing.Kind.TRAILING ? count : count + 1;
        return Arrays.stream(spacing.timesteps(trainTimesteps, spaced))
                .limit(count)
                .map(Math::rint)
                .toArray();
    }

    /** Returns the timesteps that {@code steps} names. */
    private static double[] chosen(NoiseSchedule noise, Steps steps, SigmaSpacing sigmaSpacing) {
        if (sigmaSpacing == SigmaSpacing.KARRAS) {
            throw new InvalidRequestException(
                    "Karras spacing decides the timesteps, so they cannot be chosen: give a number of steps instead");
        }
        return Arrays.stream(steps.chosen(noise.trainTimesteps()))
                .asDoubleStream()
                .toArray();
    }

    private static SigmaSchedule ending(
            NoiseSchedule noise, double[] timesteps, double[] sigmas, FinalSigma end, double[] trained) {
        double[] withEnd = Arrays.copyOf(sigmas, sigmas.length + 1);
        withEnd[sigmas.length] = switch (end) {
            case ZERO -> 0;
            case SIGMA_MIN -> trained[0];
        };
        return new SigmaSchedule(noise, timesteps, withEnd);
    }

    int size() {
        return timesteps.length;
    }

    double timestep(int i) {
        return timesteps[i];
    }

    double sigma(int i) {
        return sigmas[i];
    }

    NoiseLevel level(int i) {
        return NoiseLevel.ofRatio(sigmas[i]);
    }

    /**
     * What unit normal noise is multiplied with at the start, for samples {@code x0 + sigma eps}. With leading spacing
     * the first level is not all noise, and the start takes the variance of the image into account.
     */
    double initNoiseSigma(TimestepSpacing spacing) {
        return spacing.kind() == TimestepSpacing.Kind.LEADING ? Math.hypot(sigmas[0], 1) : sigmas[0];
    }

    /** Returns the indices of the steps that {@code steps} covers. */
    IntStream part(Steps steps) {
        return steps.part(timesteps, noise.trainTimesteps());
    }

    /** Returns the sigma of every training timestep, increasing. */
    private static double[] trainedSigmas(NoiseSchedule noise) {
        double[] sigmas = new double[noise.trainTimesteps()];
        Arrays.setAll(sigmas, t -> {
            double alphaBar = Math.max(noise.level(t).alphaBar(), LEAST_ALPHA_BAR);
            return Math.sqrt((1 - alphaBar) / alphaBar);
        });
        return sigmas;
    }

    /** Returns the sigma at a timestep, linear between whole ones. */
    private static double sigma(double[] trained, double timestep) {
        int below = Math.clamp((long) Math.floor(timestep), 0, trained.length - 2);
        double share = Math.clamp(timestep - below, 0.0, 1.0);
        return trained[below] + share * (trained[below + 1] - trained[below]);
    }

    /** Returns the timestep with a sigma, linear in its logarithm between whole ones. */
    private static double timestep(double[] trained, double sigma) {
        int found = Arrays.binarySearch(trained, sigma);
        int below = Math.clamp(found >= 0 ? found : -found - 2, 0, trained.length - 2);
        double share = Math.log(sigma / trained[below]) / Math.log(trained[below + 1] / trained[below]);
        return below + Math.clamp(share, 0.0, 1.0);
    }

    /** The network is told timesteps in single precision. */
    private static double[] single(double[] timesteps) {
        return Arrays.stream(timesteps).map(t -> (float) t).toArray();
    }
}
