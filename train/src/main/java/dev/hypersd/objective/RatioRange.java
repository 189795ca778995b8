package dev.hypersd.objective;

/**
 * The range to which signal-to-noise ratios {@code alpha^2 / sigma^2} are clamped before they weigh errors of clean
 * latents. The upper limit (min-SNR; Hang et al., 2023) keeps fine detail from dominating; the lower one (truncated
 * SNR; Salimans and Ho, 2022) gives weight to high noise levels, which determine where objects are.
 *
 * @param least the lower limit, at least 0
 * @param greatest the upper limit, above {@code least}; may be infinite
 */
public record RatioRange(double least, double greatest) {
    /** No limits: losses have equal weights at all noise levels, whatever is predicted. */
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
