package dev.hypersd.pipeline;

import dev.hypersd.error.HyperSdException;

/** Reports that a generation was cancelled by its listener. */
public final class GenerationCancelledException extends HyperSdException {
    private static final long serialVersionUID = 1L;

    GenerationCancelledException() {
        super("the generation was cancelled");
    }
}
