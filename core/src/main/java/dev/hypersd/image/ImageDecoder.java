package dev.hypersd.image;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.FalseDownload;
import java.awt.Color;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes picture files to upright RGB pictures, and refuses truncated files and pictures that would not fit into
 * memory.
 */
final class ImageDecoder {
    private static final long LARGEST_FILE = 1L << 28;

    /** The largest number of pixels that is decoded, 16384 x 16384, since a small file can state any size. */
    private static final long MOST_PIXELS = 1L << 28;

    /**
     * The longest side that is decoded, since the work of resizing a picture grows with its longest side too. No JPEG
     * is longer.
     */
    private static final int LONGEST_SIDE = (1 << 16) - 1;

    /**
     * The largest number of scans of a progressive JPEG that is decoded. Usual ones have about ten; a small hostile
     * file can have thousands, each of which takes time for all pixels.
     */
    private static final int MOST_SCANS = 100;

    /** The largest product of pixels and scans that is decoded: 60 megapixels in 70 scans. */
    private static final long MOST_SCANNED = 1L << 32;

    /** The largest size of a sample in bits. */
    private static final int MOST_BITS = 16;

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

    /**
     * Decodes a file.
     *
     * @param background the colour of transparent parts
     * @param warnings told of such parts, and of CMYK
     * @throws HyperSdException if the thread is interrupted while a JPEG, which can take long, is decoded
     */
    static Image decode(Path file, byte[] encoded, Color background, ImageWarnings warnings) {
        BufferedImageOrInks stored = read(file, encoded);
        if (stored.inks().isPresent()) {
            warnings.warn(file, "has the inks of a printer (CMYK), which become RGB without a colour profile");
        }
        Optional<byte[]> opacity =
                stored.picture().flatMap(ImageDecoder::opacity).filter(ImageDecoder::isTransparent);
        if (opacity.isPresent()) {
            warnings.warn(file, "has transparent parts, which are filled with %s".formatted(Colours.text(background)));
        }
        Image picture = stored.inks()
                .map(inks -> Cmyk.rgb(inks, stored.transform()))
                .orElseGet(() -> filled(opaque(stored.picture().orElseThrow()), opacity, background));
        return orientation(encoded).upright(picture);
    }

    /**
     * Decodes the alpha channel of a file, as grey from black (transparent) to white (opaque); empty if the format of
     * the file has none.
     */
    static Optional<Image> decodeAlpha(Path file, byte[] encoded) {
        BufferedImageOrInks stored = read(file, encoded);
        return stored.picture()
                .flatMap(picture -> opacity(picture).map(opacity -> grey(picture, opacity)))
                .map(alpha -> orientation(encoded).upright(alpha));
    }

    private static Orientation orientation(byte[] encoded) {
        return Exif.of(encoded)
                .flatMap(Exif::orientation)
                .or(() -> Xmp.of(encoded).flatMap(Xmp::orientation))
                .orElse(Orientation.UPRIGHT);
    }

    /** A decoded picture, or the four channels of a CMYK picture, which the JDK does not convert. */
    private record BufferedImageOrInks(Optional<BufferedImage> picture, Optional<Raster> inks, int transform) {}

    private static BufferedImageOrInks read(Path file, byte[] encoded) {
        Optional<PngChunks> png = PngChunks.of(encoded);
        if (WebP.isAnimation(encoded) || png.filter(PngChunks::isAnimation).isPresent()) {
            throw animation(file);
        }
        Optional<JpegStructure> jpeg = JpegStructure.of(encoded);
        boolean isCut = jpeg.filter(JpegStructure::isCut).isPresent()
                || png.filter(chunks -> !chunks.isComplete()).isPresent();
        if (isCut) {
            throw truncated(file);
        }
        AtomicBoolean truncated = new AtomicBoolean();
        try (ImageInputStream in = jpeg.isPresent()
                ? new InterruptibleStream(encoded)
                : new MemoryCacheImageInputStream(new ByteArrayInputStream(encoded))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw notRead(file, encoded);
            }
            ImageReader reader = readers.next();
            try {
                // The reader of JPEG fills what is missing with grey and says so.
                reader.addIIOReadWarningListener(
                        (_, warning) -> truncated.compareAndSet(false, warning.contains("remature end")));
                reader.setInput(in, true, true);
                requireBounded(file, reader.getWidth(0), reader.getHeight(0), jpeg);
                boolean inks = jpeg.isPresent() && jpeg.get().components() == Cmyk.CHANNELS;
                BufferedImageOrInks stored = inks
                        ? new BufferedImageOrInks(
                                Optional.empty(),
                                Optional.of(reader.readRaster(0, null)),
                                jpeg.get().adobeTransform().orElse(0))
                        : new BufferedImageOrInks(Optional.of(readable(file, reader.read(0))), Optional.empty(), 0);
                if (truncated.get()) {
                    throw truncated(file);
                }
                if (reader.getFormatName().equalsIgnoreCase("gif") && hasSecond(reader)) {
                    throw animation(file);
                }
                return stored;
            } finally {
                reader.dispose();
            }
        } catch (InvalidFileException e) {
            throw e;
        } catch (InterruptedIOException e) {
            throw new HyperSdException(file + ": the decoding was interrupted", e);
        } catch (LinkageError e) {
            throw new InvalidFileException(
                    file, "is a WebP, whose decoder does not run on this platform; convert it to PNG", e);
        } catch (IOException | RuntimeException e) {
            // The readers meet damaged files with exceptions of many kinds.
            String reason = e.getMessage() == null ? "" : ": " + e.getMessage();
            throw new InvalidFileException(file, "is a damaged picture" + reason, e);
        }
    }

    /** Refuses colours and samples that some TIFF files have. */
    private static BufferedImage readable(Path file, BufferedImage picture) {
        int colours = picture.getColorModel().getColorSpace().getType();
        int bits = picture.getSampleModel().getSampleSize(0);
        boolean isWhole = picture.getRaster().getDataBuffer().getDataType() <= DataBuffer.TYPE_INT;
        if ((colours != ColorSpace.TYPE_RGB && colours != ColorSpace.TYPE_GRAY) || bits > MOST_BITS || !isWhole) {
            throw new InvalidFileException(
                    file,
                    "has samples of %d bits in %d channels, which are not read; save it as PNG or JPEG in RGB"
                            .formatted(bits, picture.getSampleModel().getNumBands()));
        }
        return picture;
    }

    private static boolean hasSecond(ImageReader reader) throws IOException {
        try {
            return reader.getWidth(1) > 0;
        } catch (IndexOutOfBoundsException e) {
            return false;
        }
    }

    private static InvalidFileException animation(Path file) {
        return new InvalidFileException(
                file, "is an animation; only still pictures are supported: save one of its pictures by itself");
    }

    private static InvalidFileException notRead(Path file, byte[] encoded) {
        Optional<String> format = UnreadFormat.of(encoded);
        if (format.isEmpty()) {
            int length = Math.min(encoded.length, FalseDownload.START);
            FalseDownload.refuse(file, ByteBuffer.wrap(encoded, 0, length), "a picture");
        }
        return new InvalidFileException(
                file,
                format.map(name -> "is %s, which is not read: save it as PNG or JPEG".formatted(name))
                        .orElse("is not a picture that can be read (PNG, JPEG, WebP, GIF, BMP, TIFF)"));
    }

    private static InvalidFileException truncated(Path file) {
        return new InvalidFileException(
                file, "ends too early: the picture is not whole; get the file again where it came from");
    }

    private static void requireBounded(Path file, int width, int height, Optional<JpegStructure> jpeg) {
        long pixels = (long) width * height;
        if (pixels > MOST_PIXELS) {
            throw new InvalidFileException(
                    file,
                    "claims to be a picture of %dx%d, more than the %d pixels that are read"
                            .formatted(width, height, MOST_PIXELS));
        }
        if (Math.max(width, height) > LONGEST_SIDE) {
            throw new InvalidFileException(
                    file,
                    "is a picture of %dx%d, longer than the %d pixels that are read"
                            .formatted(width, height, LONGEST_SIDE));
        }
        int scans = jpeg.map(JpegStructure::scans).orElse(1);
        if (scans > MOST_SCANS || scans * pixels > MOST_SCANNED) {
            throw new InvalidFileException(
                    file,
                    ("is a picture of %dx%d in %d scans, which takes too long to decode; at most %d scans and %d "
                                    + "pixels in all of them are read")
                            .formatted(width, height, scans, MOST_SCANS, MOST_SCANNED));
        }
    }

    /** Converts a picture of the JDK; transparent parts are filled with {@code background}. */
    static Image convert(BufferedImage picture, Color background) {
        return filled(opaque(picture), opacity(picture).filter(ImageDecoder::isTransparent), background);
    }

    /** Converts a picture of the JDK as if it had no transparent parts. */
    private static Image opaque(BufferedImage picture) {
        return picture.getColorModel() instanceof IndexColorModel ? ofPalette(picture) : ofSamples(picture);
    }

    private static Image filled(Image opaque, Optional<byte[]> opacity, Color background) {
        if (opacity.isEmpty()) {
            return opaque;
        }
        int[] behind = {background.getRed(), background.getGreen(), background.getBlue()};
        byte[] rgb = opaque.rgb();
        for (int i = 0; i < rgb.length; i++) {
            int share = opacity.get()[i / 3] & 0xFF;
            rgb[i] = (byte) ((share * (rgb[i] & 0xFF) + (255 - share) * behind[i % 3] + 127) / 255);
        }
        return new Image(opaque.width(), opaque.height(), rgb);
    }

    /** Returns the alpha of each pixel, from 0 (transparent) to 255, if the picture has an alpha channel. */
    private static Optional<byte[]> opacity(BufferedImage picture) {
        if (!picture.getColorModel().hasAlpha()) {
            return Optional.empty();
        }
        int[] argb = picture.getRGB(0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth());
        byte[] opacity = new byte[argb.length];
        for (int i = 0; i < argb.length; i++) {
            opacity[i] = (byte) (argb[i] >>> 24);
        }
        return Optional.of(opacity);
    }

    private static boolean isTransparent(byte[] opacity) {
        for (byte value : opacity) {
            if (value != (byte) 0xFF) {
                return true;
            }
        }
        return false;
    }

    private static Image grey(BufferedImage picture, byte[] values) {
        byte[] rgb = new byte[3 * values.length];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = values[i / 3];
        }
        return new Image(picture.getWidth(), picture.getHeight(), rgb);
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

    /** Copies the samples without conversion, since Java's own conversion would brighten grey pictures. */
    private static Image ofSamples(BufferedImage picture) {
        Raster raster = picture.getRaster();
        int bands = raster.getNumBands();
        int width = picture.getWidth();
        int[] sizes = raster.getSampleModel().getSampleSize();
        byte[] rgb = new byte[3 * width * picture.getHeight()];
        int[] row = new int[bands * width];
        for (int y = 0; y < picture.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                for (int channel = 0; channel < 3; channel++) {
                    int band = bands < 3 ? 0 : channel;
                    int sample = row[bands * x + band];
                    int most = (1 << sizes[band]) - 1;
                    rgb[3 * (y * width + x) + channel] = (byte) (most == 255 ? sample : sample * 255L / most);
                }
            }
        }
        return new Image(width, picture.getHeight(), rgb);
    }
}
