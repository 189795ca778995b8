package dev.hypersd.scene.content;

import java.util.BitSet;

/**
 * The visible pixels of one object.
 *
 * @param pixels row by row; those that something in front covers are not among them
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
