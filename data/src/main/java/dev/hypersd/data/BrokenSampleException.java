package dev.hypersd.data;

import dev.hypersd.error.InvalidFileException;

/**
 * Reports that one sample of a data set cannot be used, though others may be. {@link SkippingDataset} continues with
 * the next one.
 */
public final class BrokenSampleException extends RuntimeException {
    /**
     * Creates the exception.
     *
     * @param reason a sentence that names the sample and says what is wrong with it
     */
    public BrokenSampleException(String reason) {
        super(reason);
    }

    /**
     * Creates the exception for a file of the sample, whose message it keeps.
     *
     * @param cause the error that names the file and what is wrong with it
     */
    public BrokenSampleException(InvalidFileException cause) {
        super(cause.getMessage(), cause);
    }
}
