package dev.hypersd.error;

import java.util.Objects;

/**
 * The base class of the exceptions that this library throws deliberately.
 *
 * <p>The message is one sentence for the user: it names the input, says what is wrong with it and what would be right.
 * Failures that are bugs of this library keep their ordinary Java types.
 */
public class HyperSdException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public HyperSdException(String message) {
        super(message);
    }

    public HyperSdException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
