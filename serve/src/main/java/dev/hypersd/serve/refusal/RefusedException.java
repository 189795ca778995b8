package dev.hypersd.serve.refusal;

import dev.hypersd.error.HyperSdException;
import java.time.Duration;
import java.util.Optional;

/** A request that this server does not carry out; the message is one sentence for whoever sent it. */
public final class RefusedException extends HyperSdException {
    private static final long serialVersionUID = 1L;

    private final Refusal refusal;
    private final transient Optional<Duration> retryAfter;

    public RefusedException(Refusal refusal, String sentence) {
        this(refusal, sentence, Optional.empty());
    }

    /** @param retryAfter when it is worth while to try again */
    public RefusedException(Refusal refusal, String sentence, Optional<Duration> retryAfter) {
        super(sentence);
        this.refusal = refusal;
        this.retryAfter = retryAfter;
    }

    /** Why. */
    public Refusal refusal() {
        return refusal;
    }

    /** When it is worth while to try again, if that can be told. */
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
