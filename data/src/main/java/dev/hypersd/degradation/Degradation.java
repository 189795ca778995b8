package dev.hypersd.degradation;

import dev.hypersd.data.SeededRandom;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.image.Image;
import dev.hypersd.image.Resampling;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** The ways in which a picture is degraded, each with a random strength that is always visible. */
public enum Degradation {
    /** Removes details: the picture is reduced three to six times and enlarged again. */
    BLUR {
        @Override
        public Image apply(Image image, SeededRandom random) {
            double smaller = random.between(3, 6);
            int width = Math.max(1, (int) (image.width() / smaller));
            int height = Math.max(1, (int) (image.height() / smaller));
            return image.resize(width, height, Resampling.BICUBIC)
                    .resize(image.width(), image.height(), Resampling.BICUBIC);
        }
    },

    /** Adds noise to every pixel, up to a quarter of the range of values. */
    NOISE {
        @Override
        public Image apply(Image image, SeededRandom random) {
            double reach = random.between(24, 64);
            byte[] rgb = image.rgb();
            for (int i = 0; i < rgb.length; i++) {
                rgb[i] = colour((rgb[i] & 255) + random.between(-reach, reach));
            }
            return new Image(image.width(), image.height(), rgb);
        }
    },

    /** Compresses the picture as JPEG of very low quality. */
    JPEG {
        @Override
        public Image apply(Image image, SeededRandom random) {
            return compressed(image, (float) random.between(0.02, 0.1));
        }
    },

    /** Permutes the red, green and blue channels. */
    COLOURS {
        @Override
        public Image apply(Image image, SeededRandom random) {
            int shift = 1 + random.below(2);
            byte[] rgb = image.rgb();
            byte[] turned = new byte[rgb.length];
            for (int i = 0; i < rgb.length; i++) {
                turned[i] = rgb[i - i % 3 + (i + shift) % 3];
            }
            return new Image(image.width(), image.height(), turned);
        }
    };

    /** Returns a degraded picture of the same size. Equal random choices give equal pictures. */
    public abstract Image apply(Image image, SeededRandom random);

    private static byte colour(double value) {
        return (byte) Math.clamp(Math.round(value), 0, 255);
    }

    /**
     * Compresses and decompresses the picture.
     *
     * @param quality the quality as the JDK counts it, 0 to 1
     */
    private static Image compressed(Image image, float quality) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (ImageOutputStream stream = ImageIO.createImageOutputStream(bytes)) {
            ImageWriteParam settings = writer.getDefaultWriteParam();
            settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            settings.setCompressionQuality(quality);
            writer.setOutput(stream);
            writer.write(null, new IIOImage(image.toBufferedImage(), null, null), settings);
            stream.flush();
            return Image.of(ImageIO.read(new ByteArrayInputStream(bytes.toByteArray())));
        } catch (IOException e) {
            throw new HyperSdException("a picture cannot be compressed: " + e.getMessage(), e);
        } finally {
            writer.dispose();
        }
    }
}
