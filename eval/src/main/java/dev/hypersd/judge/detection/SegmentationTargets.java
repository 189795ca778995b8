package dev.hypersd.judge.detection;

import dev.hypersd.scene.Sample;
import dev.hypersd.scene.content.Kind;
import dev.hypersd.scene.content.Mask;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The targets of the segmenter for a batch of pictures.
 *
 * @param side the number of cells in a row and in a column; masks have twice as many pixels
 * @param categories {@code [B, kinds, side, side]}: 1 in cells around the centre of an object
 * @param positives one for each such cell and object
 */
record SegmentationTargets(int side, float[] categories, List<Positive> positives) {
    /**
     * A cell that has to draw a mask.
     *
     * @param picture the number of the picture in the batch
     * @param cell the cell, numbered through the batch
     * @param mask {@code [2 side, 2 side]}: the part of each square that the object covers
     */
    record Positive(long picture, long cell, float[] mask) {}

    /**
     * Computes the targets of pictures.
     *
     * @param samples square pictures of one size
     */
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

    /**
     * The rectangle of cells around the centre of mass of an object, which have to find the object.
     *
     * @param firstRow the first row of the rectangle; its last row and column are included
     */
    record Middle(int firstRow, int lastRow, int firstColumn, int lastColumn) {
        /**
         * The extent of the centre region to each side of the object's centre of mass, as a fraction of its width and
         * height (Wang et al., 2020, section 3.3.1).
         */
        private static final double NEAR = 0.1;

        /**
         * Returns the cells around the centre of mass of an object.
         *
         * @param covered the pixels of the object, row by row, at least one
         * @param pixels the pixels of the picture in a row
         * @param side the number of cells in a row
         */
        static Middle of(BitSet covered, int pixels, int side) {
            double cell = (double) pixels / side;
            double[] rows = bounds(covered.stream().map(pixel -> pixel / pixels), cell);
            double[] columns = bounds(covered.stream().map(pixel -> pixel % pixels), cell);
            return new Middle(
                    clamp(rows[0], side), clamp(rows[1], side), clamp(columns[0], side), clamp(columns[1], side));
        }

        private static double[] bounds(IntStream places, double cell) {
            var summary = places.summaryStatistics();
            double centre = summary.getAverage() + 0.5;
            double reach = NEAR * (summary.getMax() - summary.getMin() + 1);
            return new double[] {(centre - reach) / cell, (centre + reach) / cell};
        }

        private static int clamp(double coordinate, int side) {
            return Math.clamp((int) coordinate, 0, side - 1);
        }
    }
}
