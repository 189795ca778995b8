package dev.hypersd.training;

import dev.hypersd.error.HyperSdException;

/** Reports that a loss or a gradient is no longer a finite number, so that training cannot continue. */
public final class DivergedException extends HyperSdException {
    /**
     * Creates the exception.
     *
     * @param reason one sentence
     */
    public DivergedException(String reason) {
        super(reason);
    }
}
