package dev.hypersd.image;

import dev.hypersd.error.InvalidRequestException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * The JPEG format, with the parameters as the user comment of its EXIF data.
 *
 * @param quality the quality, 1 (smallest file) to 100 (best)
 */
public record Jpeg(int quality) implements ImageFormat {
    /** The quality of {@link ImageFormat#of}. */
    public static final int USUAL_QUALITY = 95;

    public Jpeg {
        if (quality < 1 || quality > 100) {
            throw new InvalidRequestException("the quality of a JPEG is 1 to 100, not " + quality);
        }
    }

    @Override
    public byte[] encode(Image image, Optional<GenerationParameters> parameters) {
        byte[] plain = encode(image);
        return parameters.map(p -> Exif.insert(plain, p.toText())).orElse(plain);
    }

    private byte[] encode(Image image) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(file)) {
            ImageWriteParam options = writer.getDefaultWriteParam();
            options.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            options.setCompressionQuality(quality / 100f);
            writer.setOutput(out);
            writer.write(null, new IIOImage(image.toBufferedImage(), null, null), options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return file.toByteArray();
    }
}
