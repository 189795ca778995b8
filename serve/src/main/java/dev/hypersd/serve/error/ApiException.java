package dev.hypersd.serve.error;

import dev.hypersd.error.HyperSdException;
import java.time.Duration;
import java.util.Optional;

/** Reports that a request fails with an error code. The message is one sentence for the client. */
public final class ApiException extends HyperSdException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient Optional<Duration> retryAfter;

    /** Creates an exception for a failure that would occur again. */
    public ApiException(ErrorCode code, String message) {
        this(code, message, Optional.empty());
    }

    /**
     * Creates an exception.
     *
     * @param retryAfter the time after which the request may succeed, if known
     */
    public ApiException(ErrorCode code, String message, Optional<Duration> retryAfter) {
        super(message);
        this.code = code;
        this.retryAfter = retryAfter;
    }

    /** Returns the cause of the failure. */
    public ErrorCode code() {
        return code;
    }

    /** Returns the time after which the request may succeed, if known. */
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
