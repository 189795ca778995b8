package dev.hypersd.preprocess;

import dev.hypersd.image.Image;
import dev.hypersd.tensor.Engine;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Pictures as OpenCV has them and back, and the memory that its objects take, which belong to the scope around them.
 */
final class OpenCv {
    private OpenCv() {}

    /** Runs {@code work} on the caller's thread and frees every matrix made by it. */
    static Image scoped(Supplier<Image> work) {
        Engine.awaitLoaded();
        try (PointerScope scope = new PointerScope()) {
            return work.get();
        }
    }

    /** Red, green and blue of each pixel, 8 bits each; a copy. */
    static Mat matrix(Image picture) {
        BytePointer bytes = new BytePointer(picture.rgb());
        return new Mat(picture.height(), picture.width(), opencv_core.CV_8UC3, bytes).clone();
    }

    /** White where {@code matrix}, of 8 bits and one channel, is not 0. */
    static Image white(Mat matrix) {
        byte[] values = new byte[matrix.rows() * matrix.cols()];
        matrix.data().get(values);
        return lines(matrix.cols(), matrix.rows(), i -> values[i] != 0);
    }

    /** White where {@code isLine} says so of a pixel's number, counted row by row; else black. */
    static Image lines(int width, int height, IntPredicate isLine) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++) {
            Arrays.fill(rgb, 3 * i, 3 * i + 3, (byte) (isLine.test(i) ? 0xFF : 0));
        }
        return new Image(width, height, rgb);
    }
}
