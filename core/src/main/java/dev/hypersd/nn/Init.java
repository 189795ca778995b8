package dev.hypersd.nn;

/** The initialisation of a parameter that is not loaded from a file, by default as PyTorch's layers do it. */
public sealed interface Init {
    /** Every element is {@code value}. */
    record Constant(double value) implements Init {}

    /** Elements uniform in {@code [-bound, bound)}. */
    record Uniform(double bound) implements Init {}

    /** Elements normal with mean 0 and {@code standardDeviation}. */
    record Normal(double standardDeviation) implements Init {}

    /** Biases of normalisations, and whatever has to start without effect. */
    Init ZEROS = new Constant(0);

    /** Scales of normalisations. */
    Init ONES = new Constant(1);

    /** Weights and biases of linear and convolution layers: uniform within {@code 1/sqrt(fanIn)}. */
    static Init fanIn(long fanIn) {
        return new Uniform(1 / Math.sqrt(fanIn));
    }
}
