package dev.hypersd.serve.error;

import dev.hypersd.error.HyperSdException;
import java.time.Duration;
import java.util.Optional;

/** A request that this server does not carry out; the message is one sentence for whoever sent it. */
public final class ApiException extends HyperSdException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode refusal;
    private final transient Optional<Duration> retryAfter;

    public ApiException(ErrorCode refusal, String sentence) {
        this(refusal, sentence, Optional.empty());
    }

    /** @param retryAfter when it is worth while to try again */
    public ApiException(ErrorCode refusal, String sentence, Optional<Duration> retryAfter) {
        super(sentence);
        this.refusal = refusal;
        this.retryAfter = retryAfter;
    }

    /** Why. */
    public ErrorCode refusal() {
        return refusal;
    }

    /** When it is worth while to try again, if that can be told. */
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
