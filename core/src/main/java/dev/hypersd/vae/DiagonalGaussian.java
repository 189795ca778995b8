package dev.hypersd.vae;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * A normal distribution without correlations, which an encoder returns for a picture: mean and logarithm of the
 * variance, {@code [B, C, h, w]} each.
 */
public record DiagonalGaussian(Tensor mean, Tensor logVariance) {
    private static final double LEAST = -30;
    private static final double MOST = 20;

    /**
     * Splits {@code [B, 2C, h, w]} into the means and the logarithms of the variances, which are clamped to -30..20.
     */
    static DiagonalGaussian of(Tensor moments) {
        long channels = moments.size(1) / 2;
        Tensor logVariance = moments.narrow(1, channels, channels)
                .clamp(new ScalarOptional(new Scalar(LEAST)), new ScalarOptional(new Scalar(MOST)));
        return new DiagonalGaussian(moments.narrow(1, 0, channels), logVariance);
    }

    public Tensor standardDeviation() {
        return logVariance.mul(new Scalar(0.5)).exp_();
    }

    /** Returns the mode, which is the mean. */
    public Tensor mode() {
        return mean;
    }

    /**
     * Draws a sample.
     *
     * @param noise standard normal noise, {@code [B, C, h, w]}
     */
    public Tensor sample(Tensor noise) {
        return mean.add(standardDeviation().mul(noise));
    }
}
