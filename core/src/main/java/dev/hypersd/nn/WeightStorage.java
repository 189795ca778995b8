package dev.hypersd.nn;

/** The type that weights are held in while a network computes in another. */
public enum WeightStorage {
    /** What the network computes in: they are converted once. */
    CONVERTED,
    /** That of their file where it is the smaller one, mapped and not read: they are converted each time they are used. */
    AS_STORED
}
