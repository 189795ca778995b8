package dev.hypersd.image;

import dev.hypersd.error.InvalidFileException;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/** Reads picture files of strangers. */
final class ImageDecoder {
    private static final long LARGEST_FILE = 256L << 20;

    /** 16384 x 16384; a small file can claim any size. */
    private static final long MOST_PIXELS = 1L << 28;

    private ImageDecoder() {}

    static byte[] bytes(Path file) {
        try {
            if (Files.size(file) > LARGEST_FILE) {
                throw new InvalidFileException(file, "is larger than any picture (256 MiB)");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new InvalidFileException(file, "not found", e);
        } catch (IOException e) {
            throw new InvalidFileException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    static Image read(Path file) {
        return decode(file, bytes(file));
    }

    static Image decode(Path file, byte[] encoded) {
        if (WebP.isAnimation(encoded)) {
            throw new InvalidFileException(file, "is an animation; pictures that stand still are read");
        }
        try (ImageInputStream in = new EncodedPicture(encoded)) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new InvalidFileException(file, "is not a picture that can be read (PNG, JPEG, WebP, GIF, BMP)");
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(in, true, true);
                long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
                if (pixels > MOST_PIXELS) {
                    throw new InvalidFileException(
                            file,
                            "claims to be a picture of %dx%d, more than the %d pixels that are read"
                                    .formatted(reader.getWidth(0), reader.getHeight(0), MOST_PIXELS));
                }
                return convert(reader.read(0));
            } finally {
                reader.dispose();
            }
        } catch (IOException | UncheckedIOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            // The readers meet damaged files with all of these.
            String reason = e.getMessage() == null ? "" : ": " + e.getMessage();
            throw new InvalidFileException(file, "is a damaged picture" + reason, e);
        }
    }

    static Image convert(BufferedImage picture) {
        return picture.getColorModel() instanceof IndexColorModel ? ofPalette(picture) : ofSamples(picture);
    }

    private static Image ofPalette(BufferedImage picture) {
        int[] argb = picture.getRGB(0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth());
        byte[] rgb = new byte[3 * argb.length];
        for (int i = 0; i < argb.length; i++) {
            rgb[3 * i] = (byte) (argb[i] >> 16);
            rgb[3 * i + 1] = (byte) (argb[i] >> 8);
            rgb[3 * i + 2] = (byte) argb[i];
        }
        return new Image(picture.getWidth(), picture.getHeight(), rgb);
    }

    /** Takes the samples as they are; Java's own conversion would brighten grey ones. */
    private static Image ofSamples(BufferedImage picture) {
        Raster raster = picture.getRaster();
        int bands = raster.getNumBands();
        int width = picture.getWidth();
        int most = (1 << raster.getSampleModel().getSampleSize(0)) - 1;
        byte[] rgb = new byte[3 * width * picture.getHeight()];
        int[] row = new int[bands * width];
        for (int y = 0; y < picture.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                for (int channel = 0; channel < 3; channel++) {
                    int sample = row[bands * x + (bands < 3 ? 0 : channel)];
                    rgb[3 * (y * width + x) + channel] = (byte) (most == 255 ? sample : sample * 255L / most);
                }
            }
        }
        return new Image(width, picture.getHeight(), rgb);
    }
}
