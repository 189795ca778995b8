package dev.hypersd.training;

import dev.hypersd.error.HyperSdException;

/** A loss or a gradient is no longer a finite number: further steps would only spread it. */
public final class DivergedException extends HyperSdException {
    /** @param reason one sentence */
    public DivergedException(String reason) {
        super(reason);
    }
}
