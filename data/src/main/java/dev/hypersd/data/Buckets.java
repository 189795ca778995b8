package dev.hypersd.data;

import dev.hypersd.request.Size;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * The sizes in which pictures of all shapes are learned: a square, or several sizes of about its area, so that little
 * of a picture has to be cut off.
 *
 * @param sizes at least one, all different
 */
public record Buckets(List<Size> sizes) {
    private static final Comparator<Size> BY_WIDTH =
            Comparator.comparingInt(Size::width).thenComparingInt(Size::height);

    public Buckets {
        sizes = List.copyOf(sizes);
        if (sizes.isEmpty()) {
            throw new IllegalArgumentException("there is no size for pictures");
        }
    }

    /** Returns a single square. */
    public static Buckets square(int side) {
        return new Buckets(List.of(new Size(side, side)));
    }

    /**
     * Returns the sizes whose sides are multiples of {@code step} from half of {@code side} to twice as much: for each
     * width the greatest height with which the area is not above that of the square, and the same lying. These are the
     * sizes of kohya's scripts for SD 1.5 (512 in steps of 64), and of SDXL (1024 in steps of 64; Podell et al., 2023,
     * appendix I, has more of each width).
     *
     * @param side the side of the square, at least {@code step}
     * @param step a multiple of 8
     */
    public static Buckets of(int side, int step) {
        int least = Math.max(Math.ceilDiv(side / 2, step) * step, step);
        int greatest = 2 * side / step * step;
        TreeSet<Size> sizes = new TreeSet<>(BY_WIDTH);
        sizes.add(new Size(side / step * step, side / step * step));
        for (int width = least; width <= greatest; width += step) {
            int height = Math.min(side * side / width / step * step, greatest);
            if (height >= least) {
                sizes.add(new Size(width, height));
                sizes.add(new Size(height, width));
            }
        }
        return new Buckets(List.copyOf(sizes));
    }

    /**
     * Returns the size whose ratio of width to height is nearest to that of a picture, on a scale on which 2:1 and 1:2
     * are equally far from a square; of equally near ones the largest.
     */
    public Size nearest(int width, int height) {
        return sizes.stream()
                .min(Comparator.comparingDouble((Size size) -> distance(size, width, height))
                        .thenComparingLong(size -> -(long) size.width() * size.height())
                        .thenComparing(BY_WIDTH))
                .orElseThrow();
    }

    private static double distance(Size size, int width, int height) {
        return Math.abs(Math.log((double) size.width() * height / ((double) size.height() * width)));
    }
}
