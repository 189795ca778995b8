package dev.hypersd.serve.api;

import dev.hypersd.image.Image;
import java.util.Arrays;

/** Changes masks as nodes of ComfyUI do. */
final class ComfyMasks {
    private static final int HALF = 128;

    private ComfyMasks() {}

    /** Returns a mask that is white where {@code mask} is brighter than {@code share} of white, and else black. */
    static Image above(Image mask, double share) {
        byte[] rgb = mask.rgb();
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) ((rgb[i] & 0xFF) > share * 255 ? 0xFF : 0);
        }
        return new Image(mask.width(), mask.height(), rgb);
    }

    /**
     * Returns a mask whose white area is larger by {@code by} pixels to each side, or smaller where that is negative.
     */
    static Image grown(Image mask, int by) {
        if (by == 0) {
            return mask;
        }
        if (by < 0) {
            return UploadedImages.inverted(grown(UploadedImages.inverted(mask), -by));
        }
        int width = mask.width();
        int height = mask.height();
        byte[] rgb = mask.rgb();
        boolean[] white = new boolean[width * height];
        for (int i = 0; i < white.length; i++) {
            white[i] = (rgb[3 * i] & 0xFF) >= HALF;
        }
        for (int y = 0; y < height; y++) {
            grow(white, y * width, 1, width, by);
        }
        for (int x = 0; x < width; x++) {
            grow(white, x, width, height, by);
        }
        for (int i = 0; i < white.length; i++) {
            Arrays.fill(rgb, 3 * i, 3 * i + 3, (byte) (white[i] ? 0xFF : 0));
        }
        return new Image(width, height, rgb);
    }

    /** Grows the white part of one row or column. */
    private static void grow(boolean[] white, int first, int stride, int count, int by) {
        int[] before = new int[count + 1];
        for (int i = 0; i < count; i++) {
            before[i + 1] = before[i] + (white[first + i * stride] ? 1 : 0);
        }
        for (int i = 0; i < count; i++) {
            int from = (int) Math.max(0, i - (long) by);
            int to = (int) Math.min(count, i + (long) by + 1);
            white[first + i * stride] = before[to] > before[from];
        }
    }
}
