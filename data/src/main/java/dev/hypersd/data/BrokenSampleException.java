package dev.hypersd.data;

import dev.hypersd.error.InvalidFileException;

/** One sample of a data set cannot be used. Whoever reads many of them counts it and goes on. */
public final class BrokenSampleException extends RuntimeException {
    /** @param reason names the sample, says what is wrong with it */
    public BrokenSampleException(String reason) {
        super(reason);
    }

    /** @param cause says which file of the sample cannot be used, and why */
    public BrokenSampleException(InvalidFileException cause) {
        super(cause.getMessage(), cause);
    }
}
