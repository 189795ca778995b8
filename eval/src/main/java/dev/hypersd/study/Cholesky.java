package dev.hypersd.study;

/**
 * The Cholesky decomposition of a matrix: the lower triangular matrix {@code L} with {@code L L' = A}, with which
 * equations with {@code A} are solved.
 *
 * @param rows the rows of L
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Cholesky(double[][] rows) {
    /** Decomposes a symmetric, positive definite matrix. */
    static Cholesky of(double[][] matrix) {
        int size = matrix.length;
        double[][] rows = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                double rest = matrix[i][j];
                for (int k = 0; k < j; k++) {
                    rest -= rows[i][k] * rows[j][k];
                }
                rows[i][j] = i == j ? Math.sqrt(rest) : rest / rows[j][j];
            }
        }
        return new Cholesky(rows);
    }

    /** Returns the {@code x} with {@code A x = right}. */
    double[] solve(double[] right) {
        double[] x = right.clone();
        for (int i = 0; i < x.length; i++) {
            for (int k = 0; k < i; k++) {
                x[i] -= rows[i][k] * x[k];
            }
            x[i] /= rows[i][i];
        }
        for (int i = x.length - 1; i >= 0; i--) {
            for (int k = i + 1; k < x.length; k++) {
                x[i] -= rows[k][i] * x[k];
            }
            x[i] /= rows[i][i];
        }
        return x;
    }
}
