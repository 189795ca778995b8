package dev.hypersd.judge.detection;

import dev.hypersd.scene.Kind;
import dev.hypersd.scene.Mask;
import dev.hypersd.scene.Sample;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * What the segmenter is to say of a batch of pictures.
 *
 * @param side cells in a row and in a column; masks have twice as many
 * @param categories {@code [B, kinds, side, side]}: 1 in cells at the middle of an object
 * @param positives one for each such cell and object
 */
record SegmentationTargets(int side, float[] categories, List<Positive> positives) {
    /**
     * A cell that is to draw a mask.
     *
     * @param cell numbered through the batch
     * @param mask {@code [2 side, 2 side]}: the part of each square that the object covers
     */
    record Positive(long picture, long cell, float[] mask) {}

    /** @param samples pictures of one size, square */
    static SegmentationTargets of(List<Sample> samples, int side) {
        SegmentationTargets targets = new SegmentationTargets(
                side, new float[samples.size() * Kind.values().length * side * side], new ArrayList<>());
        for (int picture = 0; picture < samples.size(); picture++) {
            for (Mask mask : samples.get(picture).masks()) {
                targets.put(picture, mask, samples.get(picture).image().width());
            }
        }
        return targets;
    }

    private void put(int picture, Mask mask, int pixels) {
        BitSet covered = mask.pixels();
        if (covered.isEmpty()) { // Wholly behind another.
            return;
        }
        Middle middle = Middle.of(covered, pixels, side);
        float[] coarse = coarse(covered, pixels);
        for (int row = middle.firstRow(); row <= middle.lastRow(); row++) {
            for (int column = middle.firstColumn(); column <= middle.lastColumn(); column++) {
                int map = picture * Kind.values().length + mask.kind().ordinal();
                categories[(map * side + row) * side + column] = 1;
                positives.add(new Positive(picture, ((long) picture * side + row) * side + column, coarse));
            }
        }
    }

    private float[] coarse(BitSet covered, int pixels) {
        int fine = 2 * side;
        int square = pixels / fine;
        float[] parts = new float[fine * fine];
        covered.stream().forEach(pixel -> {
            int row = Math.min(pixel / pixels / square, fine - 1);
            int column = Math.min(pixel % pixels / square, fine - 1);
            parts[row * fine + column] += 1f / (square * square);
        });
        return parts;
    }
}
