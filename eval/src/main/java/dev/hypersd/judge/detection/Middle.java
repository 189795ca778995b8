package dev.hypersd.judge.detection;

import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * The cells of a grid that an object has its middle in.
 *
 * @param firstRow of a square of cells, with its other bounds, which belong to it
 */
record Middle(int firstRow, int lastRow, int firstColumn, int lastColumn) {
    /** Cells nearer to the centre of mass than this part of the object's width and height are its own (Wang et al., 2020, section 3.3.1). */
    private static final double NEAR = 0.1;

    /**
     * Finds them.
     *
     * @param covered pixels of the object, row by row, at least one
     * @param pixels of the picture in a row
     * @param side cells in a row
     */
    static Middle of(BitSet covered, int pixels, int side) {
        double cell = (double) pixels / side;
        double[] rows = bounds(covered.stream().map(pixel -> pixel / pixels), cell);
        double[] columns = bounds(covered.stream().map(pixel -> pixel % pixels), cell);
        return new Middle(clamp(rows[0], side), clamp(rows[1], side), clamp(columns[0], side), clamp(columns[1], side));
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
