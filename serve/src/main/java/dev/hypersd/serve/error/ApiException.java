package dev.hypersd.serve.error;

import dev.hypersd.error.HyperSdException;
import java.time.Duration;
import java.util.Optional;

/** A request that fails with an error code. The message is one sentence for the client. */
public final class ApiException extends HyperSdException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient Optional<Duration> retryAfter;

    /** A failure that trying again later does not mend. */
    public ApiException(ErrorCode code, String message) {
        this(code, message, Optional.empty());
    }

    /** @param retryAfter after how long the request may succeed, if that can be told */
    public ApiException(ErrorCode code, String message, Optional<Duration> retryAfter) {
        super(message);
        this.code = code;
        this.retryAfter = retryAfter;
    }

    /** Why the request fails. */
    public ErrorCode code() {
        return code;
    }

    /** After how long the request may succeed, if that can be told. */
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
