package dev.hypersd.nn;

/** The initialisation of a parameter that is not loaded from a file, by default as in PyTorch's layers. */
public sealed interface Init {
    /** Sets every element to {@code value}. */
    record Constant(double value) implements Init {}

    /** Draws elements uniformly from {@code [-bound, bound)}. */
    record Uniform(double bound) implements Init {}

    /** Draws elements from a normal distribution with mean 0. */
    record Normal(double standardDeviation) implements Init {}

    /** Zeros: for the biases of normalisations, and for layers that start without effect. */
    Init ZEROS = new Constant(0);

    /** Ones: for the scales of normalisations. */
    Init ONES = new Constant(1);

    /** Returns the initialisation of linear and convolution layers: uniform within {@code 1/sqrt(fanIn)}. */
    static Init fanIn(long fanIn) {
        return new Uniform(1 / Math.sqrt(fanIn));
    }
}
