package dev.hypersd.sampler;

import java.util.stream.IntStream;

/** Integrals over the next step of polynomials through earlier evaluations, as multistep methods use them. */
final class Multistep {
    private Multistep() {}

    /**
     * Returns the weights of values at {@code nodes} in the integral of the polynomial through them.
     *
     * @param nodes where the values are known, all different
     * @param moments the integrals of 1, u, u^2, ..., at least as many as there are nodes
     */
    static double[] weights(double[] nodes, double[] moments) {
        return IntStream.range(0, nodes.length)
                .mapToDouble(k -> integral(basis(nodes, k), moments))
                .toArray();
    }

    /** Returns the coefficients, from 1 upwards, of the polynomial that is 1 at node {@code k} and 0 at the others. */
    private static double[] basis(double[] nodes, int k) {
        double[] coefficients = new double[nodes.length];
        coefficients[0] = 1;
        int degree = 0;
        for (int j = 0; j < nodes.length; j++) {
            if (j == k) {
                continue;
            }
            double scale = 1 / (nodes[k] - nodes[j]);
            degree++;
            for (int i = degree; i >= 0; i--) {
                double shifted = i == 0 ? 0 : coefficients[i - 1];
                coefficients[i] = (shifted - nodes[j] * coefficients[i]) * scale;
            }
        }
        return coefficients;
    }

    private static double integral(double[] coefficients, double[] moments) {
        return IntStream.range(0, coefficients.length)
                .mapToDouble(i -> coefficients[i] * moments[i])
                .sum();
    }
}
