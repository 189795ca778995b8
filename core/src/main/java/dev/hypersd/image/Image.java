package dev.hypersd.image;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/** An immutable picture with eight bits each of red, green and blue. */
public final class Image {
    private static final System.Logger LOG = System.getLogger(Image.class.getPackageName());
    private static final int CHANNELS = 3;

    private final int width;
    private final int height;
    private final byte[] rgb;

    /**
     * Creates a picture.
     *
     * @param width the width in pixels, at least 1
     * @param height the height in pixels, at least 1
     * @param rgb red, green and blue of each pixel, row by row from the top, {@code 3 * width * height} bytes; copied
     */
    public Image(int width, int height, byte[] rgb) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("a picture has at least one pixel, not %dx%d".formatted(width, height));
        }
        if (rgb.length != 3L * width * height) {
            throw new IllegalArgumentException("%d bytes do not fill a picture of %dx%d, which takes %d"
                    .formatted(rgb.length, width, height, 3L * width * height));
        }
        this.width = width;
        this.height = height;
        this.rgb = rgb.clone();
    }

    /**
     * Reads a PNG, JPEG, WebP, GIF or BMP file. The picture is rotated as its EXIF data say, grey becomes three equal
     * channels, CMYK becomes RGB, and transparent parts are filled with white, which is logged.
     *
     * @throws dev.hypersd.error.InvalidFileException if the file is missing, broken, truncated, of another format, or
     *     larger than the largest supported picture
     */
    public static Image read(Path file) {
        return decode(file, ImageDecoder.bytes(file));
    }

    /**
     * Reads a picture as {@link #read(Path)} does.
     *
     * @param background the colour of transparent parts
     * @param warnings told of what was converted
     * @throws dev.hypersd.error.InvalidFileException if the file is missing, broken, truncated, of another format, or
     *     larger than the largest supported picture
     */
    public static Image read(Path file, Color background, ImageWarnings warnings) {
        return decode(file, ImageDecoder.bytes(file), background, warnings);
    }

    /**
     * Decodes a picture that is in memory, as {@link #read(Path)} does.
     *
     * @param file its origin, for messages
     * @throws dev.hypersd.error.InvalidFileException if it is broken, truncated, of another format, or larger than the
     *     largest supported picture
     */
    public static Image decode(Path file, byte[] encoded) {
        return decode(file, encoded, Color.WHITE, Image::log);
    }

    /**
     * Decodes a picture that is in memory, as {@link #read(Path)} does.
     *
     * @param file its origin, for messages
     * @param background the colour of transparent parts
     * @param warnings told of what was converted
     * @throws dev.hypersd.error.InvalidFileException if it is broken, truncated, of another format, or larger than the
     *     largest supported picture
     */
    public static Image decode(Path file, byte[] encoded, Color background, ImageWarnings warnings) {
        return ImageDecoder.decode(file, encoded, background, warnings);
    }

    private static void log(Path file, String finding) {
        LOG.log(System.Logger.Level.WARNING, "{0} {1}", file, finding);
    }

    /**
     * Decodes the alpha channel of a picture in memory, as grey from black (transparent) to white (opaque), rotated
     * upright; empty if the picture has none.
     *
     * @param file its origin, for messages
     * @throws dev.hypersd.error.InvalidFileException if it is broken, truncated, of another format, or larger than the
     *     largest supported picture
     */
    public static Optional<Image> decodeAlpha(Path file, byte[] encoded) {
        return ImageDecoder.decodeAlpha(file, encoded);
    }

    /**
     * Reads the alpha channel of a picture file as {@link #decodeAlpha} decodes it.
     *
     * @throws dev.hypersd.error.InvalidFileException if it is missing, broken, truncated, of another format, or larger
     *     than the largest supported picture
     */
    public static Optional<Image> readAlpha(Path file) {
        return decodeAlpha(file, ImageDecoder.bytes(file));
    }

    /** Copies a picture of the JDK. Grey becomes three equal channels, transparent parts are filled with white. */
    public static Image of(BufferedImage picture) {
        return ImageDecoder.convert(picture, Color.WHITE);
    }

    /**
     * Writes this picture in the format that the extension of {@code file} names: png, jpg, jpeg or webp. The file
     * appears complete or not at all.
     *
     * @throws dev.hypersd.error.InvalidRequestException if the extension is another
     */
    public void write(Path file) {
        ImageFormat.of(file).write(this, Optional.empty(), file);
    }

    /** Writes this picture as {@link #write(Path)} does, with its parameters where other programs read them. */
    public void write(Path file, GenerationParameters parameters) {
        ImageFormat.of(file).write(this, Optional.of(parameters), file);
    }

    /**
     * Returns this picture resized, antialiased where it gets smaller, with the same result as Pillow. A picture of
     * that size is returned as it is.
     */
    public Image resize(int newWidth, int newHeight, Resampling filter) {
        if (newWidth < 1 || newHeight < 1) {
            throw new IllegalArgumentException(
                    "a picture has at least one pixel, not %dx%d".formatted(newWidth, newHeight));
        }
        if (newWidth == width && newHeight == height) {
            return this;
        }
        return Resizer.resize(this, newWidth, newHeight, filter);
    }

    /** Returns the luma of each pixel (ITU-R BT.601) in all three channels, rounded as in Pillow. */
    public Image grey() {
        byte[] grey = rgb();
        for (int i = 0; i < grey.length; i += CHANNELS) {
            int luma = 19595 * (grey[i] & 0xFF) + 38470 * (grey[i + 1] & 0xFF) + 7471 * (grey[i + 2] & 0xFF) + 0x8000;
            grey[i] = grey[i + 1] = grey[i + 2] = (byte) (luma >> 16);
        }
        return new Image(width, height, grey);
    }

    /** Returns the part of this picture whose upper left corner is at {@code (left, top)}; it must lie inside. */
    public Image crop(int left, int top, int newWidth, int newHeight) {
        Objects.checkFromIndexSize(left, newWidth, width);
        Objects.checkFromIndexSize(top, newHeight, height);
        if (newWidth == width && newHeight == height) {
            return this;
        }
        byte[] part = new byte[CHANNELS * newWidth * newHeight];
        for (int row = 0; row < newHeight; row++) {
            int from = CHANNELS * ((top + row) * width + left);
            System.arraycopy(rgb, from, part, CHANNELS * row * newWidth, CHANNELS * newWidth);
        }
        return new Image(newWidth, newHeight, part);
    }

    /** Returns the mirror image of this picture, left and right exchanged. */
    public Image mirrored() {
        byte[] mirrored = new byte[rgb.length];
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                int from = CHANNELS * (row * width + column);
                System.arraycopy(rgb, from, mirrored, CHANNELS * (row * width + width - 1 - column), CHANNELS);
            }
        }
        return new Image(width, height, mirrored);
    }

    /** Returns a copy of type {@code TYPE_INT_RGB} for the JDK's own classes. */
    public BufferedImage toBufferedImage() {
        BufferedImage buffered = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int[] samples = new int[rgb.length];
        for (int i = 0; i < rgb.length; i++) {
            samples[i] = rgb[i] & 0xFF;
        }
        buffered.getRaster().setPixels(0, 0, width, height, samples);
        return buffered;
    }

    /** Returns the width in pixels. */
    public int width() {
        return width;
    }

    /** Returns the height in pixels. */
    public int height() {
        return height;
    }

    /** Returns a copy of red, green and blue of each pixel, row by row from the top. */
    public byte[] rgb() {
        return rgb.clone();
    }

    /** Returns the pixels themselves, which must not be changed. */
    byte[] pixels() {
        return rgb;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Image image
                && width == image.width
                && height == image.height
                && Arrays.equals(rgb, image.rgb);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * width + height) + Arrays.hashCode(rgb);
    }

    @Override
    public String toString() {
        return "picture of %dx%d".formatted(width, height);
    }
}
