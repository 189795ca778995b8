package dev.hypersd.nn;

/** The type that weights are held in while a network computes in another. */
public enum WeightStorage {
    /** The type that the network computes in: weights are converted once. */
    CONVERTED,
    /**
     * That of their file where it is the smaller one, mapped and not read: they are converted each time they are used.
     */
    AS_STORED
}
