package dev.hypersd.serve.queue;

import dev.hypersd.pipeline.Step;

/** Told while a wish is carried out, on the engine's thread: what takes long here delays the picture. */
@FunctionalInterface
public interface Watcher {
    /** Watches nothing. */
    Watcher NONE = step -> {};

    /** A denoising step is done. */
    void onStep(Step step);
}
