package dev.hypersd.sampler;

import dev.hypersd.schedule.NoiseSchedule;
import java.util.Arrays;

/** The noise-to-image ratio {@code sigma / alpha} as a function of the timestep, and back. */
final class NoiseRatios {
    /** What pure noise counts as where ratios must be finite: {@code alpha^2 = 2^-24}, a ratio of 4096. */
    private static final double LEAST_ALPHA_BAR = 0x1p-24;

    private static final double KARRAS_RHO = 7;

    private final double[] ratios;

    NoiseRatios(NoiseSchedule schedule) {
        this.ratios = new double[schedule.trainTimesteps()];
        Arrays.setAll(ratios, t -> {
            double alphaBar = Math.max(schedule.level(t).alphaBar(), LEAST_ALPHA_BAR);
            return Math.sqrt((1 - alphaBar) / alphaBar);
        });
    }

    double least() {
        return ratios[0];
    }

    double greatest() {
        return ratios[ratios.length - 1];
    }

    /** The ratio at a timestep, linear between whole ones. */
    double at(double timestep) {
        int below = Math.clamp((long) Math.floor(timestep), 0, ratios.length - 2);
        double share = Math.clamp(timestep - below, 0.0, 1.0);
        return ratios[below] + share * (ratios[below + 1] - ratios[below]);
    }

    /** The timestep with a ratio, linear in its logarithm between whole ones. */
    double timestep(double ratio) {
        int found = Arrays.binarySearch(ratios, ratio);
        int below = Math.clamp(found >= 0 ? found : -found - 2, 0, ratios.length - 2);
        double share = Math.log(ratio / ratios[below]) / Math.log(ratios[below + 1] / ratios[below]);
        return below + Math.clamp(share, 0.0, 1.0);
    }

    /** {@code count} ratios from {@code greatest} down to {@code least}, even in their seventh roots. */
    static double[] karras(double greatest, double least, int count) {
        double from = Math.pow(greatest, 1 / KARRAS_RHO);
        double to = Math.pow(least, 1 / KARRAS_RHO);
        double[] ratios = new double[count];
        Arrays.setAll(ratios, i -> Math.pow(count == 1 ? from : from + i * (to - from) / (count - 1), KARRAS_RHO));
        return ratios;
    }
}
