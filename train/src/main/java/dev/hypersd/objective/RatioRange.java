package dev.hypersd.objective;

/**
 * Which signal-to-noise ratios {@code alpha^2 / sigma^2} weigh errors of clean latents as they are. Above it they count
 * as its greatest (Hang et al., 2023), so that fine detail does not crowd out the rest; below it as its least (Salimans
 * and Ho, 2022, truncated SNR), so that what is decided in the noise, where things are, is learned too.
 *
 * @param least at least 0
 * @param greatest above {@code least}; may be infinite
 */
public record RatioRange(double least, double greatest) {
    /** No limits: losses do not weigh noise levels at all, in whatever they predict. */
    public static final RatioRange WHOLE = new RatioRange(0, Double.POSITIVE_INFINITY);

    public RatioRange {
        if (!(least >= 0 && greatest > least)) {
            throw new IllegalArgumentException("ratios from " + least + " to " + greatest);
        }
    }

    boolean isWhole() {
        return equals(WHOLE);
    }

    double clamp(double ratio) {
        return Math.clamp(ratio, least, greatest);
    }
}
