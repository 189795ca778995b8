package dev.hypersd.sampler;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.schedule.NoiseLevel;
import dev.hypersd.schedule.NoiseSchedule;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * The noise levels of the samplers of k-diffusion and the DPM-Solvers, as sigmas: the ratio of noise to image,
 * {@code sigma / alpha} of a {@link NoiseLevel} (Karras et al., 2022).
 *
 * @param noise the model's noise schedule
 * @param timesteps the timesteps that the network gets, decreasing
 * @param sigmas the sigma of each timestep, and the one after the last step
 */
record SigmaSchedule(NoiseSchedule noise, double[] timesteps, double[] sigmas) {
    /**
     * The {@code alpha^2} of zero terminal SNR where sigmas must be finite, 2^-24, which is a sigma of 4096. Other
     * schedules keep their sigmas, which reach 20000 with the cosine schedule.
     */
    private static final double LEAST_ALPHA_BAR = 0x1p-24;

    /** Creates the schedule of Euler's method: evenly spaced timesteps, which may be fractional. */
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
     * Creates the schedule of the DPM-Solvers, UniPC and DEIS: whole timesteps, and for Karras spacing sigmas over the
     * whole range of training.
     *
     * @param rounding makes the timesteps of Karras spacing whole
     */
    static SigmaSchedule ofDpmSolver(
            NoiseSchedule noise,
            Steps steps,
            TimestepSpacing spacing,
            SigmaSpacing sigmaSpacing,
            FinalSigma end,
            DoubleUnaryOperator rounding) {
        double[] trained = trainedSigmas(noise);
        if (sigmaSpacing == SigmaSpacing.KARRAS && !steps.areChosen()) {
            double[] sigmas = SigmaSpacing.karras(trained[trained.length - 1], trained[0], steps.count());
            double[] timesteps = Arrays.stream(sigmas)
                    .map(s -> timestep(trained, s))
                    .map(rounding)
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
     * Returns the timesteps and, for leading and linspace spacing, one more at which the solver arrives and from which
     * no step starts.
     */
    private static double[] arrivals(TimestepSpacing spacing, int trainTimesteps, int count) {
        int spaced = spacing.kind() == TimestepSpacing.Kind.TRAILING ? count : count + 1;
        return Arrays.stream(spacing.timesteps(trainTimesteps, spaced))
                .limit(count)
                .map(Math::rint)
                .toArray();
    }

    /** Returns the timesteps that {@code steps} contains. */
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

    /** Returns the timestep of a sigma, which may lie between those of the steps. */
    double timestepOf(double sigma) {
        return timestep(trainedSigmas(noise), sigma);
    }

    NoiseLevel level(int i) {
        return NoiseLevel.ofRatio(sigmas[i]);
    }

    /**
     * Returns the factor of unit normal noise for the initial sample {@code x0 + sigma eps}. With leading spacing the
     * first level is not pure noise, and the factor includes the variance of the image.
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
        double least = noise.settings().zeroTerminalSnr() ? LEAST_ALPHA_BAR : 0;
        Arrays.setAll(sigmas, t -> {
            double alphaBar = Math.max(noise.level(t).alphaBar(), least);
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

    /** Rounds timesteps to single precision, which the network gets. */
    private static double[] single(double[] timesteps) {
        return Arrays.stream(timesteps).map(t -> (float) t).toArray();
    }
}
