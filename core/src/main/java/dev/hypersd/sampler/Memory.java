package dev.hypersd.sampler;

/** What a sampler remembers from one step to the next. */
public enum Memory {
    /** Nothing: each step is complete in itself. */
    NOTHING,

    /** The image that the network saw. */
    X0,

    /** The noise that the network saw. */
    EPS
}
