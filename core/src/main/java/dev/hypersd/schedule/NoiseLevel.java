package dev.hypersd.schedule;

/**
 * How much image and how much noise a sample consists of: {@code x = alpha x0 + sigma eps} with
 * {@code alpha^2 + sigma^2 = 1}.
 *
 * @param alpha the share of the image, from 1 (clean) to 0 (pure noise)
 * @param sigma the share of the noise, from 0 to 1
 */
public record NoiseLevel(double alpha, double sigma) {
    /** The image without noise. */
    public static final NoiseLevel CLEAN = new NoiseLevel(1, 0);

    /** Returns the level with {@code alpha^2 = alphaBar}, in [0, 1]. */
    public static NoiseLevel ofAlphaBar(double alphaBar) {
        return new NoiseLevel(Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar));
    }

    /**
     * Returns the level whose noise is {@code ratio} times as strong as its image, as Karras et al. (2022) count it.
     */
    public static NoiseLevel ofRatio(double ratio) {
        double alpha = 1 / Math.sqrt(1 + ratio * ratio);
        return new NoiseLevel(alpha, ratio * alpha);
    }

    /** {@code alpha^2}: the variance that the image contributes. */
    public double alphaBar() {
        return alpha * alpha;
    }

    /** {@code sigma / alpha}, the noise relative to the image: 0 when clean, infinite for pure noise. */
    public double ratio() {
        return sigma / alpha;
    }

    /** {@code ln(alpha / sigma)}, half the logarithm of the signal-to-noise ratio, which DPM-Solver calls lambda. */
    public double lambda() {
        return Math.log(alpha / sigma);
    }
}
