package dev.hypersd.pipeline;

import static java.lang.System.Logger.Level.WARNING;

import java.util.Set;

/**
 * Receives the progress of a generation and may cancel it. It is called on the engine's thread, so a slow listener
 * delays the pictures.
 */
public interface GenerationListener {
    /** Logs warnings, and does nothing else. */
    GenerationListener NONE = new GenerationListener() {};

    /** Receives each completed denoising step. */
    default void onStep(Step step) {}

    /**
     * Receives a warning in one sentence, for example that the request was carried out in another way than it may have
     * meant. Logs it unless overridden.
     */
    default void onWarning(String sentence) {
        System.getLogger(GenerationListener.class.getPackageName()).log(WARNING, sentence);
    }

    /**
     * Receives a warning about some of the pictures only, for example about the prompt that they have in common. Passes
     * it on as one about all of them unless overridden.
     *
     * @param pictures the numbers of the pictures, counted from 0 through all requests that are drawn together
     */
    default void onWarning(String sentence, Set<Integer> pictures) {
        onWarning(sentence);
    }

    /**
     * Returns whether to cancel the generation, which then throws a {@link GenerationCancelledException}. It is called
     * between the layers of the networks, some hundred times in a step, and so must be quick.
     */
    default boolean isCancelled() {
        return false;
    }
}
