package dev.hypersd.data;

import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.request.Size;
import java.util.function.UnaryOperator;

/** Turns pictures of all shapes into pictures of given sizes. */
public final class CentreCrop {
    private CentreCrop() {}

    /** Returns the middle of a sample in the size of {@code buckets} that is nearest to its shape. */
    public static CaptionedImage of(CaptionedImage sample, Buckets buckets) {
        return of(sample, buckets.nearest(sample.image().width(), sample.image().height()));
    }

    /**
     * Returns the middle of a sample in a size. What is too long is cropped at both ends, then the rest is resized
     * (Lanczos, antialiased). Cropping comes first, so that a very long picture takes no more memory than any other.
     */
    static CaptionedImage of(CaptionedImage sample, Size size) {
        Image image = sample.image();
        double scale = scale(image.width(), image.height(), size.width(), size.height());
        int width = Math.clamp(Math.round(size.width() / scale), 1, image.width());
        int height = Math.clamp(Math.round(size.height() / scale), 1, image.height());
        int left = (image.width() - width) / 2;
        int top = (image.height() - height) / 2;
        Framing framing = new Framing(
                image.height(),
                image.width(),
                (int) Math.round(top * scale),
                (int) Math.round(left * scale),
                size.height(),
                size.width());
        UnaryOperator<Image> cut =
                whole -> whole.crop(left, top, width, height).resize(size.width(), size.height(), Resampling.LANCZOS);
        return new CaptionedImage(cut.apply(image), framing, sample.mask().map(cut), sample.captions());
    }

    /** Returns the framing of the mirror image, of which as much is cut off at the left as before at the right. */
    static Framing mirrored(Framing framing) {
        double scale =
                scale(framing.originalWidth(), framing.originalHeight(), framing.targetWidth(), framing.targetHeight());
        long right = Math.round(framing.originalWidth() * scale) - framing.targetWidth() - framing.cropLeft();
        return new Framing(
                framing.originalHeight(),
                framing.originalWidth(),
                framing.cropTop(),
                (int) Math.max(right, 0),
                framing.targetHeight(),
                framing.targetWidth());
    }

    /** Returns the factor by which a picture is resized, so that it covers a size. */
    private static double scale(int width, int height, int toWidth, int toHeight) {
        return Math.max((double) toWidth / width, (double) toHeight / height);
    }
}
