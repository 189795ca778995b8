package dev.hypersd.scene.content;

import java.util.BitSet;

/**
 * The visible pixels of one object.
 *
 * @param pixels the pixels, row by row, without those that objects in front cover
 */
public record Mask(Kind kind, BitSet pixels) {
    public Mask {
        pixels = (BitSet) pixels.clone();
    }

    @Override
    public BitSet pixels() {
        return (BitSet) pixels.clone();
    }
}
