package dev.hypersd.schedule;

/**
 * The proportions of image and noise in a sample: {@code x = alpha x0 + sigma eps} with {@code alpha^2 + sigma^2 = 1}.
 *
 * @param alpha the factor of the image, from 1 (clean) to 0 (pure noise)
 * @param sigma the factor of the noise, from 0 to 1
 */
public record NoiseLevel(double alpha, double sigma) {
    /** The clean image. */
    public static final NoiseLevel CLEAN = new NoiseLevel(1, 0);

    /** Returns the level with {@code alpha^2 = alphaBar}, in [0, 1]. */
    public static NoiseLevel ofAlphaBar(double alphaBar) {
        return new NoiseLevel(Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar));
    }

    /** Returns the level whose ratio of noise to image is {@code ratio}, the sigma of Karras et al. (2022). */
    public static NoiseLevel ofRatio(double ratio) {
        double alpha = 1 / Math.sqrt(1 + ratio * ratio);
        return new NoiseLevel(alpha, ratio * alpha);
    }

    /** Returns {@code alpha^2}, the variance of the image in the sample. */
    public double alphaBar() {
        return alpha * alpha;
    }

    /** Returns {@code sigma / alpha}, the ratio of noise to image: 0 for a clean image, infinite for pure noise. */
    public double ratio() {
        return sigma / alpha;
    }

    /**
     * Returns {@code ln(alpha / sigma)}, half the logarithm of the signal-to-noise ratio, which DPM-Solver calls
     * lambda.
     */
    public double lambda() {
        return Math.log(alpha / sigma);
    }
}
