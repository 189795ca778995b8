package dev.hypersd.data;

import dev.hypersd.error.InvalidFileException;

/**
 * Reports that one sample of a data set cannot be used, though others may be. {@link SkippingDataset} continues with
 * the next one.
 */
public final class BrokenSampleException extends RuntimeException {
    private final String sample;
    private final String reason;

    /**
     * Creates the exception.
     *
     * @param sample the name of the sample
     * @param reason what is wrong with it
     */
    public BrokenSampleException(String sample, String reason) {
        super(sample + ": " + reason);
        this.sample = sample;
        this.reason = reason;
    }

    /**
     * Creates the exception for a file of the sample, whose message it keeps.
     *
     * @param cause the error that names the file and what is wrong with it
     */
    public BrokenSampleException(InvalidFileException cause) {
        super(cause.getMessage(), cause);
        this.sample = cause.file();
        this.reason = cause.reason();
    }

    /** Returns the name of the sample or of its file. */
    String sample() {
        return sample;
    }

    /** Returns what is wrong with it, without its name. */
    String reason() {
        return reason;
    }
}
