package dev.hypersd.serve.api;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.Image;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Pictures of strangers: PNG and JPEG only, and no larger unpacked than is allowed, however small they are packed. */
public final class UploadedImages {
    private static final Set<String> FORMATS = Set.of("png", "jpeg");

    /** The picture, and what its reader makes of it on the way. */
    private static final int BYTES_PER_PIXEL = 8;

    private UploadedImages() {}

    /**
     * A picture in Base64, as a data URL or bare.
     *
     * @param field the name of the field, for messages
     */
    public static Image base64(String field, String text, Intake intake) {
        return decode(field, bytes(field, text), intake);
    }

    /** What the Base64 of {@code text} stands for. */
    public static byte[] bytes(String field, String text) {
        String bare = text.startsWith("data:") ? text.substring(text.indexOf(',') + 1) : text;
        try {
            return Base64.getDecoder().decode(bare);
        } catch (IllegalArgumentException e) {
            throw new ApiException(ErrorCode.MALFORMED, field + " is not a picture in Base64");
        }
    }

    /** An encoded picture. */
    public static Image decode(String field, byte[] encoded, Intake intake) {
        checkHead(field, encoded, intake);
        try {
            return Image.decode(Path.of(field), encoded);
        } catch (InvalidFileException e) {
            throw new ApiException(ErrorCode.MALFORMED, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            // The readers of java.desktop meet hostile files with whatever they stumble over.
            throw new ApiException(ErrorCode.MALFORMED, field + " is a damaged picture");
        }
    }

    /** Looks at the header alone, before anything is unpacked. */
    private static void checkHead(String field, byte[] encoded, Intake intake) {
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(encoded))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new ApiException(ErrorCode.UNSUPPORTED_FORMAT, field + " is neither a PNG nor a JPEG");
            }
            ImageReader reader = readers.next();
            try {
                if (!FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
                    throw new ApiException(ErrorCode.UNSUPPORTED_FORMAT, field + " is neither a PNG nor a JPEG");
                }
                reader.setInput(in, true, true);
                long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
                long most = intake.limits().requests().maxImagePixels();
                if (pixels > most) {
                    throw new ApiException(
                            ErrorCode.REQUEST_TOO_LARGE,
                            "%s is a picture of %dx%d, more than the %d pixels that are read"
                                    .formatted(field, reader.getWidth(0), reader.getHeight(0), most));
                }
                intake.take(BYTES_PER_PIXEL * pixels);
            } finally {
                reader.dispose();
            }
        } catch (ApiException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new ApiException(ErrorCode.MALFORMED, field + " is a damaged picture");
        }
    }
}
