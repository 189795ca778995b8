package dev.hypersd.controlnet;

/** How strongly a ControlNet speaks at the levels of the U-Net. */
public enum Emphasis {
    /** The same everywhere. */
    EVEN {
        @Override
        double factor(int index, int last) {
            return 1;
        }
    },

    /** From a tenth at the finest feature maps to the whole at the middle block, in equal ratios: what guess mode takes. */
    DEEP {
        @Override
        double factor(int index, int last) {
            return Math.pow(10, (double) index / last - 1);
        }
    };

    /**
     * For one of the tensors that are added.
     *
     * @param index from 0, the finest
     * @param last the index of the middle block
     */
    abstract double factor(int index, int last);
}
