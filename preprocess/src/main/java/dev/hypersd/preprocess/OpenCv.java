package dev.hypersd.preprocess;

import dev.hypersd.image.Image;
import dev.hypersd.tensor.Engine;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;

/** Converts pictures to OpenCV's matrices and back, and frees matrices at the end of a scope. */
final class OpenCv {
    private OpenCv() {}

    /** Runs {@code work} on the caller's thread and frees every matrix that it made. */
    static Image scoped(Supplier<Image> work) {
        Engine.loadLibrary(opencv_imgproc.class);
        try (PointerScope scope = new PointerScope()) {
            return work.get();
        }
    }

    /** Copies a picture to a matrix of red, green and blue, 8 bits each. */
    static Mat matrix(Image picture) {
        BytePointer bytes = new BytePointer(picture.rgb());
        return new Mat(picture.height(), picture.width(), opencv_core.CV_8UC3, bytes).clone();
    }

    /** Returns a picture that is white where {@code matrix}, of 8 bits and one channel, is not 0. */
    static Image white(Mat matrix) {
        byte[] values = new byte[matrix.rows() * matrix.cols()];
        matrix.data().get(values);
        return lines(matrix.cols(), matrix.rows(), i -> values[i] != 0);
    }

    /**
     * Returns a picture that is white where {@code isLine} is true for the number of a pixel, counted row by row, and
     * otherwise black.
     */
    static Image lines(int width, int height, IntPredicate isLine) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++) {
            Arrays.fill(rgb, 3 * i, 3 * i + 3, (byte) (isLine.test(i) ? 0xFF : 0));
        }
        return new Image(width, height, rgb);
    }
}
