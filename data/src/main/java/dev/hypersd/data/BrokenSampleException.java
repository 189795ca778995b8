package dev.hypersd.data;

/** One sample of a data set cannot be used. Whoever reads many of them counts it and goes on. */
public final class BrokenSampleException extends RuntimeException {
    /** @param reason names the sample, says what is wrong with it */
    public BrokenSampleException(String reason) {
        super(reason);
    }

    /** The same with what was caught. */
    public BrokenSampleException(String reason, Throwable cause) {
        super(reason, cause);
    }
}
