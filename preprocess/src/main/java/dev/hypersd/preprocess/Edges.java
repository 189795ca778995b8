package dev.hypersd.preprocess;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Detects the edges of pictures by Canny's method (1986), as OpenCV does it in colour, with which canny ControlNets
 * were trained.
 */
public final class Edges {
    private Edges() {}

    /**
     * Returns white edges one pixel wide on black.
     *
     * @param low the gradient down to which an edge is continued, at least 0
     * @param high the gradient that an edge must have somewhere, at least {@code low}; 100 and 200 are usual
     */
    public static Image canny(Image picture, double low, double high) {
        if (!(low >= 0 && low <= high)) {
            throw new InvalidRequestException(
                    "Canny's thresholds must be from 0, the low one below the high one, not %s and %s"
                            .formatted(low, high));
        }
        return OpenCv.scoped(() -> {
            Mat edges = new Mat();
            opencv_imgproc.Canny(OpenCv.matrix(picture), edges, low, high);
            return OpenCv.white(edges);
        });
    }
}
