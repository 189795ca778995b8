package dev.hypersd.preprocess;

import dev.hypersd.image.Image;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Size;

/** Makes rough sketches, with which scribble ControlNets were trained. */
public final class Scribble {
    private static final double FINE = 0.5;
    private static final double COARSE = 5;

    /** The least difference in brightness between a line and its surroundings, of 255. */
    private static final int CONTRAST = 16;

    private static final int DARK = 127;

    private Scribble() {}

    /**
     * Returns a sketch of a picture, white on black: white where all its colours are darker than their surroundings by
     * more than a sixteenth of the range, by the difference of two Gaussians (Winnemöller et al., 2012).
     */
    public static Image ofPicture(Image picture) {
        return OpenCv.scoped(() -> {
            Mat pixels = OpenCv.matrix(picture);
            Mat darker = new Mat();
            // Values below 0 become 0: what is lighter than its surroundings is no line.
            opencv_core.subtract(blurred(pixels, COARSE), blurred(pixels, FINE), darker);
            byte[] values = new byte[3 * picture.width() * picture.height()];
            darker.data().get(values);
            return OpenCv.lines(picture.width(), picture.height(), i -> least(values, i) > CONTRAST);
        });
    }

    private static Mat blurred(Mat pixels, double sigma) {
        Mat blurred = new Mat();
        opencv_imgproc.GaussianBlur(pixels, blurred, new Size(0, 0), sigma);
        return blurred;
    }

    /** Returns a drawing with dark lines on light paper as white lines on black. */
    public static Image ofDrawing(Image drawing) {
        byte[] rgb = drawing.rgb();
        return OpenCv.lines(drawing.width(), drawing.height(), i -> least(rgb, i) < DARK);
    }

    private static int least(byte[] rgb, int pixel) {
        return Math.min(Math.min(at(rgb, 3 * pixel), at(rgb, 3 * pixel + 1)), at(rgb, 3 * pixel + 2));
    }

    private static int at(byte[] bytes, int i) {
        return bytes[i] & 0xFF;
    }
}
