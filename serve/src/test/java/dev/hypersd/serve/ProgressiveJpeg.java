package dev.hypersd.serve;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Black progressive JPEGs that repeat their last scan, which are small as files and take long to decode. */
final class ProgressiveJpeg {
    private static final int USUAL_SCANS = 10;
    private static final int END_BYTES = 2;

    private ProgressiveJpeg() {}

    /** A picture of {@code side} x {@code side} pixels in {@code scans} scans, 10 at least. */
    static byte[] of(int side, int scans) {
        byte[] usual = usual(side);
        int last = lastScan(usual);
        int end = usual.length - END_BYTES;
        ByteArrayOutputStream slow = new ByteArrayOutputStream();
        slow.write(usual, 0, end);
        for (int scan = USUAL_SCANS; scan < scans; scan++) {
            slow.write(usual, last, end - last);
        }
        slow.write(usual, end, END_BYTES);
        return slow.toByteArray();
    }

    private static byte[] usual(int side) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam progressive = writer.getDefaultWriteParam();
        progressive.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(file)) {
            writer.setOutput(out);
            BufferedImage black = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
            writer.write(null, new IIOImage(black, null, null), progressive);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return file.toByteArray();
    }

    private static int lastScan(byte[] jpeg) {
        for (int i = jpeg.length - 2; i > 0; i--) {
            if ((jpeg[i] & 0xFF) == 0xFF && (jpeg[i + 1] & 0xFF) == 0xDA) {
                return i;
            }
        }
        throw new IllegalStateException("no scan");
    }
}
