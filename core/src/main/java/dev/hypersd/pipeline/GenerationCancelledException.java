package dev.hypersd.pipeline;

import dev.hypersd.error.HyperSdException;

/** A generation ended because its listener wished so. */
public final class GenerationCancelledException extends HyperSdException {
    private static final long serialVersionUID = 1L;

    GenerationCancelledException(int stepsDone, int steps) {
        super("generation cancelled after %d of %d steps".formatted(stepsDone, steps));
    }
}
