package dev.hypersd.unet;

import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.unet.UNetConfig.Order;
import org.bytedeco.pytorch.Tensor;

/**
 * Sinusoidal embeddings: numbers as vectors of sines and cosines of falling frequency (Vaswani et al., 2017), in F32.
 *
 * <p>Arguments reach thousands of radians, where the last bit of a frequency affects the fourth digit of the result. So
 * the order of operations and their rounding to {@code float} are part of the definition, with which networks were
 * trained.
 */
final class Sinusoids {
    private static final double LN_LONGEST_PERIOD = Math.log(10_000);

    private Sinusoids() {}

    /**
     * Returns the embedding of timesteps.
     *
     * @param positions numbers of any type, {@code [n]}
     * @param dimension even
     * @param shift the difference between {@code dimension / 2} and the divisor of the exponents
     * @return {@code [n, dimension]}
     */
    static Tensor ofTimesteps(Tensor positions, int dimension, Order order, double shift) {
        float[] frequencies = new float[dimension / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) Math.exp((float) -LN_LONGEST_PERIOD * i / (float) (frequencies.length - shift));
        }
        return waves(positions, frequencies, order);
    }

    /** Returns the embedding of guidance scales times 1000: {@code [n] -> [n, dimension]}. */
    static Tensor ofGuidance(Tensor positions, int dimension) {
        float[] frequencies = new float[dimension / 2];
        float exponent = (float) (-LN_LONGEST_PERIOD / (frequencies.length - 1));
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) Math.exp(exponent * i);
        }
        return waves(positions, frequencies, Order.SINE_FIRST);
    }

    private static Tensor waves(Tensor positions, float[] frequencies, Order order) {
        Tensor row = Tensors.of(frequencies, 1, frequencies.length).to(positions.device(), Dtype.F32.scalarType());
        Tensor angles = positions.to(Dtype.F32.scalarType()).unsqueeze(1).mul(row);
        return switch (order) {
            case SINE_FIRST -> Tensors.cat(1, angles.sin(), angles.cos());
            case COSINE_FIRST -> Tensors.cat(1, angles.cos(), angles.sin());
        };
    }
}
