package dev.hypersd.serve.api;

import dev.hypersd.image.Image;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** OpenAI's masks say by transparency where to draw anew; this project's by white. */
final class TransparentMask {
    private static final int HALF = 128;

    private TransparentMask() {}

    /** White where the picture in {@code encoded} is transparent; as it is where it has no transparency at all. */
    static Image of(byte[] encoded, Intake intake) {
        Image opaque = UploadedImages.decode("mask", encoded, intake);
        try {
            BufferedImage picture = ImageIO.read(new MemoryCacheImageInputStream(new ByteArrayInputStream(encoded)));
            if (!picture.getColorModel().hasAlpha()) {
                return opaque;
            }
            byte[] white = new byte[3 * picture.getWidth() * picture.getHeight()];
            int[] argb = picture.getRGB(0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth());
            for (int i = 0; i < argb.length; i++) {
                byte value = (byte) ((argb[i] >>> 24) < HALF ? 0xFF : 0);
                white[3 * i] = white[3 * i + 1] = white[3 * i + 2] = value;
            }
            return new Image(picture.getWidth(), picture.getHeight(), white);
        } catch (IOException e) {
            throw new ApiException(ErrorCode.MALFORMED, "mask is a damaged picture");
        }
    }
}
