package dev.hypersd.error;

/**
 * The root of everything this library throws on purpose.
 *
 * <p>The message is one sentence for the person at the keyboard: it names the input, says what is wrong with it and
 * what would be right. Failures that are bugs of ours keep their ordinary Java types.
 */
public class HyperSdException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public HyperSdException(String message) {
        super(message);
    }

    public HyperSdException(String message, Throwable cause) {
        super(message, cause);
    }
}
