package dev.hypersd.pipeline;

import dev.hypersd.error.HyperSdException;

/** Reports that a generation was cancelled by its listener. */
public final class GenerationCancelledException extends HyperSdException {
    private static final long serialVersionUID = 1L;

    GenerationCancelledException(int stepsDone, int steps) {
        super("generation cancelled after %d of %d steps".formatted(stepsDone, steps));
    }
}
