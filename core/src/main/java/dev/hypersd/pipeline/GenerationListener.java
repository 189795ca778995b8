package dev.hypersd.pipeline;

import static java.lang.System.Logger.Level.WARNING;

/** Watches a generation and may end it. Called on the engine's thread: what takes long here delays the picture. */
public interface GenerationListener {
    /** Logs warnings, and neither watches nor ends anything. */
    GenerationListener NONE = new GenerationListener() {};

    /** A denoising step is done. */
    default void onStep(Step step) {}

    /** Something was done otherwise than the request may have meant, in one sentence. Logged unless overridden. */
    default void onWarning(String sentence) {
        System.getLogger(GenerationListener.class.getPackageName()).log(WARNING, sentence);
    }

    /** Asked between steps; {@code true} ends the generation with a {@link GenerationCancelledException}. */
    default boolean isCancelled() {
        return false;
    }
}
