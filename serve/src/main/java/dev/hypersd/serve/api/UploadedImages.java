package dev.hypersd.serve.api;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.Image;
import dev.hypersd.image.Masks;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.Limits;
import java.awt.Color;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes the images of a request. Only PNG, JPEG and WebP are read, and the size of the unpacked image is checked and
 * reserved before anything is unpacked, however small the file is. Decoding takes at most the time in which a request
 * must arrive ({@link dev.hypersd.serve.queue.Limits.Requests#timeout}), and waits as long at most for its turn.
 */
public final class UploadedImages {
    private static final Set<String> FORMATS = Set.of("png", "jpeg", "webp");

    /** The longest side in pixels: the work of resizing an image grows with its longest side, not with its pixels. */
    private static final int LONGEST_SIDE = 8192;

    private UploadedImages() {}

    /**
     * Decodes an image in Base64, with or without the prefix of a data URL.
     *
     * @param field the name of the field, for messages
     */
    static Image base64(String field, String text, RequestMemory.Reservation memory) {
        return base64(field, text, Color.WHITE, memory);
    }

    /** Decodes an image in Base64, with transparent parts filled with {@code background}. */
    static Image base64(String field, String text, Color background, RequestMemory.Reservation memory) {
        return decode(field, bytes(field, text), background, memory);
    }

    /** Decodes Base64, with or without the prefix of a data URL. */
    public static byte[] bytes(String field, String text) {
        String bare = text.startsWith("data:") ? text.substring(text.indexOf(',') + 1) : text;
        try {
            return Base64.getDecoder().decode(bare);
        } catch (IllegalArgumentException e) {
            throw new ApiException(ErrorCode.MALFORMED, field + " is not an image in Base64");
        }
    }

    /** Decodes an image, with transparent parts filled with white. */
    static Image decode(String field, byte[] encoded, RequestMemory.Reservation memory) {
        return decode(field, encoded, Color.WHITE, memory);
    }

    /** Decodes an image, with transparent parts filled with {@code background}. */
    public static Image decode(String field, byte[] encoded, Color background, RequestMemory.Reservation memory) {
        return memory.decode(field, () -> {
            checkSize(field, encoded, memory);
            return decoded(field, () -> Image.decode(Path.of(field), encoded, background, (_, _) -> {}));
        });
    }

    /**
     * Decodes a mask in OpenAI's form, which is transparent where the image is redrawn. The result is white there. An
     * image without transparency is returned as it is.
     */
    static Image transparentMask(byte[] encoded, RequestMemory.Reservation memory) {
        return alpha(encoded, memory).map(Masks::ofOpacity).orElseGet(() -> decode("mask", encoded, memory));
    }

    /** Decodes how opaque a mask is, if it has transparency. */
    private static Optional<Image> alpha(byte[] encoded, RequestMemory.Reservation memory) {
        String field = "mask";
        return memory.decode(field, () -> {
            checkSize(field, encoded, memory);
            return decoded(field, () -> Image.decodeAlpha(Path.of(field), encoded));
        });
    }

    /** Decodes a mask that is white where its image is opaque, or the image itself where it has no transparency. */
    static Image opaqueMask(byte[] encoded, RequestMemory.Reservation memory) {
        return alpha(encoded, memory).orElseGet(() -> decode("mask", encoded, memory));
    }

    private static <T> T decoded(String field, Supplier<T> decoder) {
        try {
            return decoder.get();
        } catch (InvalidFileException e) {
            throw new ApiException(ErrorCode.MALFORMED, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            // The readers of java.desktop throw all kinds of exceptions at hostile files.
            throw new ApiException(ErrorCode.MALFORMED, field + " is a damaged image");
        }
    }

    /** Returns a mask with black and white exchanged. */
    static Image inverted(Image mask) {
        byte[] rgb = mask.rgb();
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) ~rgb[i];
        }
        return new Image(mask.width(), mask.height(), rgb);
    }

    /** Reads the header only, checks the format and the size, and reserves memory for the pixels. */
    private static void checkSize(String field, byte[] encoded, RequestMemory.Reservation memory) {
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(encoded))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw unknownFormat(field);
            }
            ImageReader reader = readers.next();
            try {
                if (!FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
                    throw unknownFormat(field);
                }
                reader.setInput(in, true, true);
                checkSize(field, reader.getWidth(0), reader.getHeight(0), memory.limits());
                memory.reserveImage(reader.getWidth(0), reader.getHeight(0));
            } finally {
                reader.dispose();
            }
        } catch (ApiException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new ApiException(ErrorCode.MALFORMED, field + " is a damaged image");
        }
    }

    private static void checkSize(String field, int width, int height, Limits.Requests limits) {
        boolean isTooLarge = (long) width * height > limits.maxImagePixels();
        if (isTooLarge || Math.max(width, height) > LONGEST_SIDE) {
            throw new ApiException(
                    ErrorCode.REQUEST_TOO_LARGE,
                    "%s is an image of %dx%d, %s pixels that are read"
                            .formatted(
                                    field,
                                    width,
                                    height,
                                    isTooLarge
                                            ? "more than the " + limits.maxImagePixels()
                                            : "longer than the " + LONGEST_SIDE));
        }
    }

    private static ApiException unknownFormat(String field) {
        return new ApiException(ErrorCode.UNSUPPORTED_FORMAT, field + " is neither a PNG, a JPEG nor a WebP");
    }
}
