package dev.hypersd.data;

import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.request.Size;

/** Turns pictures of all shapes into pictures of given sizes. */
public final class CentreCrop {
    private CentreCrop() {}

    /** Returns the middle of a picture as a square. */
    public static Image of(Image image, int side) {
        return Cut.of(image, new Size(side, side)).of(image);
    }

    /** Returns the middle of a sample in the size of {@code buckets} that is nearest to its shape. */
    public static CaptionedImage of(CaptionedImage sample, Buckets buckets) {
        return of(sample, buckets.nearest(sample.image().width(), sample.image().height()));
    }

    /** Returns the middle of a sample in a size. */
    static CaptionedImage of(CaptionedImage sample, Size size) {
        Cut cut = Cut.of(sample.image(), size);
        return new CaptionedImage(
                cut.of(sample.image()),
                cut.framing(sample.image()),
                sample.mask().map(cut::of),
                sample.captions());
    }

    /**
     * What is left of a picture. What is too long is cropped at both ends, then the rest is resized (Lanczos,
     * antialiased). Cropping comes first, so that a very long picture takes no more memory than any other.
     *
     * @param left what is cropped at the left, in pixels
     * @param top what is cropped at the top
     * @param width the width of the rest, before it is resized
     * @param height its height
     * @param size the size to which it is resized
     */
    private record Cut(int left, int top, int width, int height, Size size) {
        static Cut of(Image image, Size size) {
            double scale = scale(image.width(), image.height(), size.width(), size.height());
            int width = Math.clamp(Math.round(size.width() / scale), 1, image.width());
            int height = Math.clamp(Math.round(size.height() / scale), 1, image.height());
            return new Cut((image.width() - width) / 2, (image.height() - height) / 2, width, height, size);
        }

        Image of(Image whole) {
            return whole.crop(left, top, width, height).resize(size.width(), size.height(), Resampling.LANCZOS);
        }

        Framing framing(Image whole) {
            double scale = scale(whole.width(), whole.height(), size.width(), size.height());
            return new Framing(
                    whole.height(),
                    whole.width(),
                    (int) Math.round(top * scale),
                    (int) Math.round(left * scale),
                    size.height(),
                    size.width());
        }
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
