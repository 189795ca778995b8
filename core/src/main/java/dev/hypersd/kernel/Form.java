package dev.hypersd.kernel;

/**
 * What a weight is used for.
 *
 * @param linear whether it belongs to a linear layer, with channels last
 * @param stride the stride of a convolution
 * @param padding the padding of a convolution
 */
public record Form(boolean linear, long stride, long padding) {
    /** A linear layer. */
    public static final Form LINEAR = new Form(true, 1, 0);

    /** Returns the form of a convolution. */
    public static Form convolution(long stride, long padding) {
        return new Form(false, stride, padding);
    }
}
