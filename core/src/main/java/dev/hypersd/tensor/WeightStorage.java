package dev.hypersd.tensor;

/** The type in which weights are held while a network computes in another. */
public enum WeightStorage {
    /** The type in which the network computes: weights are converted once. */
    CONVERTED,
    /** The type of the file, if it is the smaller one: weights stay mapped and are converted at each use. */
    AS_STORED
}
