package dev.hypersd.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures as few programs write them: with their orientation in odd places, of odd formats, or of none. */
class UnusualPicturesTest {
    private static final Path NAME = Path.of("picture");

    /** Red beside green; upright by a quarter turn clockwise, red lies above green. */
    private static final Image STORED = new Image(2, 1, new byte[] {-1, 0, 0, 0, -1, 0});

    private static final Image UPRIGHT = new Image(1, 2, new byte[] {-1, 0, 0, 0, -1, 0});

    @ParameterizedTest
    @CsvSource({"MM, 1", "MM, 3", "MM, 4", "II, 1", "II, 3", "II, 4"})
    void anOrientationMayBeANumberOfAnySizeAndByteOrder(String order, short type) {
        assertThat(Image.decode(NAME, png("eXIf", exif(order, type)))).isEqualTo(UPRIGHT);
    }

    @Test
    void anOrientationMayStandInAProfileOfImageMagick() {
        String digits = HexFormat.of().formatHex(exif("II", (short) 3));
        String text = "Raw profile type exif\0\nexif\n%8d\n%s\n%s\n"
                .formatted(digits.length() / 2, digits.substring(0, 20), digits.substring(20));
        assertThat(Image.decode(NAME, png("tEXt", ascii(text)))).isEqualTo(UPRIGHT);
        assertThat(Image.decode(NAME, png("tEXt", ascii("Raw profile type exif\0\nexif\n 3\nabc"))))
                .isEqualTo(STORED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"<tiff:Orientation>6</tiff:Orientation>", "<rdf:Description tiff:Orientation=\"6\"/>"})
    void anOrientationMayStandInXmp(String xmp) {
        byte[] text = ascii("XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta>" + xmp + "</x:xmpmeta>");
        assertThat(Image.decode(NAME, png("iTXt", text))).isEqualTo(UPRIGHT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"MM", "II"})
    void tiffFilesAreTurnedUprightToo(String order) {
        assertThat(Image.decode(NAME, tiff(order, 1)).rgb()).containsExactly(STORED.rgb());
        assertThat(Image.decode(NAME, tiff(order, 6))).isEqualTo(UPRIGHT);
    }

    @Test
    void numbersThatAreNotWholeAreRefused() throws IOException {
        ComponentColorModel model = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_GRAY), false, false, Transparency.OPAQUE, DataBuffer.TYPE_FLOAT);
        BufferedImage grey = new BufferedImage(model, model.createCompatibleWritableRaster(2, 2), false, null);
        byte[] tiff = encoded(grey, "tiff");
        assertThatThrownBy(() -> Image.decode(NAME, tiff))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage("picture: has samples of 32 bits in 1 channels, which are not read; save it as PNG or JPEG "
                        + "in RGB");
    }

    @Test
    void channelsMayHaveDifferentNumbersOfBits() throws IOException {
        BufferedImage packed = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_565_RGB);
        packed.setRGB(0, 0, 0xFFFFFF);
        packed.setRGB(1, 0, 0x00FF00);
        byte[] white = {-1, -1, -1, 0, -1, 0};
        assertThat(Image.decode(NAME, encoded(packed, "bmp"))).isEqualTo(new Image(2, 1, white));
        assertThat(Image.of(packed)).isEqualTo(new Image(2, 1, white));
    }

    @Test
    void animationsOfEveryFormatAreRefused() throws IOException {
        byte[] gif = gif(2);
        byte[] apng = png("acTL", ByteBuffer.allocate(8).putInt(2).array());
        for (byte[] animation : new byte[][] {gif, apng}) {
            assertThatThrownBy(() -> Image.decode(NAME, animation))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessage("picture: is an animation; only still pictures are supported: save one of its pictures "
                            + "by itself");
        }
        assertThat(Image.decode(NAME, gif(1))).isEqualTo(STORED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0000001866747970686569630000 | is an HEIC picture, which is not read: save it as PNG or JPEG",
                "00000020667479706d6966310000 | is an HEIC picture",
                "0000002066747970617669660000 | is an AVIF picture",
                "0000001866747970697 36f6d0000 | is a video",
                "ff0a0000 | is a JPEG XL picture",
                "0000000c6a5020200d0a | is a JPEG 2000 picture",
                "3c7376672078 | is an SVG drawing",
                "255044462d | is a PDF document",
                "38425053 | is a Photoshop document",
                "3c21444f4354595045 | is a web page and not a picture",
                "456e747279206e6f7420666f756e64 | is the answer of a site, \"entry not found\", and not a picture",
                "00 | is not a picture that can be read (PNG, JPEG, WebP, GIF, BMP, TIFF)",
            })
    void whatIsNotReadIsNamed(String digits, String message) {
        assertThatThrownBy(() -> Image.decode(NAME, HexFormat.of().parseHex(digits.replace(" ", ""))))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("picture: " + message);
    }

    /** Returns the stored picture as TIFF without compression: the header, a directory, sizes of samples, samples. */
    private static byte[] tiff(String order, int orientation) {
        int sizes = 8 + 2 + 9 * 12 + 4;
        int[][] entries = {
            {0x0100, 4, 1, STORED.width()},
            {0x0101, 4, 1, STORED.height()},
            {0x0102, 3, 3, sizes},
            {0x0103, 3, 1, 1},
            {0x0106, 3, 1, 2},
            {0x0111, 4, 1, sizes + 6},
            {0x0112, 3, 1, orientation},
            {0x0115, 3, 1, 3},
            {0x0117, 4, 1, STORED.rgb().length},
        };
        ByteBuffer tiff = ByteBuffer.allocate(sizes + 6 + STORED.rgb().length)
                .order(order.equals("MM") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN)
                .put(ascii(order))
                .putShort((short) 42)
                .putInt(8)
                .putShort((short) entries.length);
        for (int[] entry : entries) {
            tiff.putShort((short) entry[0]).putShort((short) entry[1]).putInt(entry[2]);
            if (entry[1] == 3 && entry[2] == 1) {
                tiff.putShort((short) entry[3]).putShort((short) 0);
            } else {
                tiff.putInt(entry[3]);
            }
        }
        tiff.putInt(0);
        for (int channel = 0; channel < 3; channel++) {
            tiff.putShort((short) 8);
        }
        return tiff.put(STORED.rgb()).array();
    }

    private static byte[] exif(String order, short type) {
        ByteBuffer exif = ByteBuffer.allocate(26)
                .order(order.equals("MM") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN)
                .put(ascii(order))
                .putShort((short) 42)
                .putInt(8)
                .putShort((short) 1)
                .putShort((short) 0x0112)
                .putShort(type)
                .putInt(1);
        switch (type) {
            case 1 -> exif.put((byte) 6);
            case 3 -> exif.putShort((short) 6);
            default -> exif.putInt(6);
        }
        return exif.array();
    }

    /** Returns the stored picture as PNG with a chunk after the header, which takes 25 bytes behind the signature. */
    private static byte[] png(String type, byte[] content) {
        byte[] png = new Png().encode(STORED, Optional.empty());
        byte[] typed = ByteBuffer.allocate(4 + content.length)
                .put(ascii(type))
                .put(content)
                .array();
        CRC32 check = new CRC32();
        check.update(typed);
        return ByteBuffer.allocate(png.length + 12 + content.length)
                .put(png, 0, 33)
                .putInt(content.length)
                .put(typed)
                .putInt((int) check.getValue())
                .put(png, 33, png.length - 33)
                .array();
    }

    private static byte[] gif(int pictures) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
            writer.setOutput(stream);
            writer.prepareWriteSequence(null);
            for (int i = 0; i < pictures; i++) {
                writer.writeToSequence(new IIOImage(STORED.toBufferedImage(), null, null), null);
            }
            writer.endWriteSequence();
        } finally {
            writer.dispose();
        }
        return out.toByteArray();
    }

    private static byte[] encoded(BufferedImage picture, String format) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(ImageIO.write(picture, format, out)).isTrue();
        return out.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
