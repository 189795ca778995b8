package dev.hypersd.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.hypersd.error.InvalidFileException;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures as cameras, printers and other programs write them. */
class ImageDecoderTest {
    private static final Path NAME = Path.of("a.picture");
    private static final Path RESOURCES = Path.of("src/test/resources/pictures");

    /** Six colours, by their red: 1 2 3 above 4 5 6. */
    private static final Image STORED = picture(3, 1, 2, 3, 4, 5, 6);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | 3 | 1 2 3 4 5 6",
                "2 | 3 | 3 2 1 6 5 4",
                "3 | 3 | 6 5 4 3 2 1",
                "4 | 3 | 4 5 6 1 2 3",
                "5 | 2 | 1 4 2 5 3 6",
                "6 | 2 | 4 1 5 2 6 3",
                "7 | 2 | 6 3 5 2 4 1",
                "8 | 2 | 3 6 2 5 1 4",
                "0 | 3 | 1 2 3 4 5 6",
                "9 | 3 | 1 2 3 4 5 6",
            })
    void picturesAreTurnedUprightByTheirExifData(int orientation, int width, String reds) {
        int[] upright =
                Arrays.stream(reds.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
        for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
            byte[] exif = exif(order, orientation);
            assertThat(Image.decode(NAME, pngWith(STORED, exif))).isEqualTo(picture(width, upright));
            assertThat(Image.decode(NAME, webPWith(STORED, exif))).isEqualTo(picture(width, upright));
        }
    }

    /** A JPEG is lossy, so it shows by its corners how it is turned. */
    @ParameterizedTest
    @CsvSource({"1,0,0", "2,1,0", "3,1,1", "4,0,1", "5,0,0", "6,1,0", "7,1,1", "8,0,1"})
    void jpegsAreTurnedUprightByTheirExifData(int orientation, int right, int bottom) {
        byte[] rgb = new byte[3 * 32 * 16];
        for (int y = 0; y < 8; y++) {
            Arrays.fill(rgb, 3 * 32 * y, 3 * (32 * y + 16), (byte) 255);
        }
        byte[] jpeg = new Jpeg(95).encode(new Image(32, 16, rgb), Optional.empty());
        Image upright = Image.decode(NAME, jpegWith(jpeg, exif(ByteOrder.BIG_ENDIAN, orientation)));
        assertThat(upright.width()).isEqualTo(orientation >= 5 ? 16 : 32);
        for (int corner = 0; corner < 4; corner++) {
            int x = corner % 2 == 0 ? 1 : upright.width() - 2;
            int y = corner / 2 == 0 ? 1 : upright.height() - 2;
            boolean white = (upright.rgb()[3 * (y * upright.width() + x)] & 0xFF) > 200;
            assertThat(white).as("corner %d", corner).isEqualTo(corner == right + 2 * bottom);
        }
    }

    /** Pillow decoded the references; its inverse cosine transform may differ by one, and inks multiply that. */
    @ParameterizedTest
    @ValueSource(strings = {"cmyk", "ycck"})
    void cmykIsConvertedAsInPillow(String name) {
        byte[] want = Image.read(RESOURCES.resolve(name + ".png")).rgb();
        byte[] got = Image.read(RESOURCES.resolve(name + ".jpg")).rgb();
        for (int i = 0; i < want.length; i++) {
            assertThat(Math.abs((want[i] & 0xFF) - (got[i] & 0xFF))).isLessThanOrEqualTo(3);
        }
        List<String> warnings = new ArrayList<>();
        Image.read(RESOURCES.resolve(name + ".jpg"), Color.WHITE, (_, finding) -> warnings.add(finding));
        assertThat(warnings)
                .containsExactly("has the inks of a printer (CMYK), which become RGB without a colour profile");
    }

    @Test
    void transparentPartsAreFilledWithTheBackgroundAndReportedOnce() throws IOException {
        BufferedImage picture = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
        picture.setRGB(0, 0, 0x00112233);
        picture.setRGB(1, 0, 0x80FF0000);
        picture.setRGB(2, 0, 0xFF445566);
        byte[] png = encoded(picture, "png");
        List<String> warnings = new ArrayList<>();
        assertThat(Image.decode(NAME, png, Color.WHITE, (file, finding) -> warnings.add(file + " " + finding))
                        .rgb())
                .containsExactly(bytes(255, 255, 255, 255, 127, 127, 0x44, 0x55, 0x66));
        assertThat(Image.decode(NAME, png, new Color(0, 200, 0), (_, _) -> {}).rgb())
                .containsExactly(bytes(0, 200, 0, 128, 100, 0, 0x44, 0x55, 0x66));
        assertThat(warnings).containsExactly("a.picture has transparent parts, which are filled with #ffffff");
        assertThat(Image.decodeAlpha(NAME, png).orElseThrow().rgb())
                .containsExactly(bytes(0, 0, 0, 128, 128, 128, 255, 255, 255));
        assertThat(Image.decodeAlpha(NAME, new Png().encode(STORED, Optional.empty())))
                .isEmpty();
    }

    @Test
    void anOpaquePictureWithAnAlphaChannelIsNotWarnedOf() throws IOException {
        BufferedImage picture = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
        picture.setRGB(0, 0, 0xFF112233);
        picture.setRGB(1, 0, 0xFF445566);
        List<String> warnings = new ArrayList<>();
        Image decoded = Image.decode(NAME, encoded(picture, "png"), Color.BLACK, (_, finding) -> warnings.add(finding));
        assertThat(decoded.rgb()).containsExactly(bytes(0x11, 0x22, 0x33, 0x44, 0x55, 0x66));
        assertThat(warnings).isEmpty();
    }

    /** Half of a picture would be filled with grey, black or zeros. */
    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg", "gif", "bmp", "webp"})
    void aTruncatedPictureIsRefused(String format) throws IOException {
        byte[] whole = format.equals("webp")
                ? new WebP().encode(noise(), Optional.empty())
                : encoded(noise().toBufferedImage(), format);
        assertThat(Image.decode(NAME, whole).width()).isEqualTo(64);
        for (int percent = 5; percent < 100; percent += 5) {
            byte[] cut = Arrays.copyOf(whole, whole.length * percent / 100);
            assertThatThrownBy(() -> Image.decode(NAME, cut))
                    .as("%d%% of a %s", percent, format)
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageStartingWith("a.picture: ");
        }
    }

    @Test
    void aTruncatedProgressiveJpegIsRefused() throws IOException {
        byte[] whole = progressive(noise());
        assertThat(Image.decode(NAME, whole).width()).isEqualTo(64);
        byte[] cut = Arrays.copyOf(whole, whole.length * 2 / 3);
        assertThatThrownBy(() -> Image.decode(NAME, cut))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage(
                        "a.picture: ends too early: the picture is not whole; get the file again where it came from");
    }

    /** Each scan of a progressive JPEG goes through all pixels, and takes a few bytes where it changes none. */
    @Test
    void aJpegWithThousandsOfScansIsRefusedAtOnce() throws IOException {
        byte[] plain = progressive(new Image(512, 512, new byte[3 * 512 * 512]));
        int scan = lastScan(plain);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.write(plain, 0, scan);
        for (int i = 0; i < 1500; i++) {
            file.write(plain, scan, plain.length - 2 - scan);
        }
        file.write(plain, plain.length - 2, 2);
        assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> assertThatThrownBy(() -> Image.decode(NAME, file.toByteArray()))
                        .isInstanceOf(InvalidFileException.class)
                        .hasMessageMatching("a.picture: is a picture of 512x512 in 15\\d\\d scans, which takes too long"
                                + " to decode; at most 100 scans and 4294967296 pixels in all of them are read"));
    }

    private static byte[] progressive(Image image) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(file)) {
            ImageWriteParam options = writer.getDefaultWriteParam();
            options.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
            writer.setOutput(out);
            writer.write(null, new IIOImage(image.toBufferedImage(), null, null), options);
        } finally {
            writer.dispose();
        }
        return file.toByteArray();
    }

    private static int lastScan(byte[] jpeg) {
        int at = jpeg.length - 2;
        while ((jpeg[at] & 0xFF) != 0xFF || (jpeg[at + 1] & 0xFF) != 0xDA) {
            at--;
        }
        return at;
    }

    private static byte[] encoded(BufferedImage picture, String format) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(ImageIO.write(picture, format, out)).isTrue();
        return out.toByteArray();
    }

    private static Image noise() {
        byte[] rgb = new byte[3 * 64 * 64];
        new Random(3).nextBytes(rgb);
        return new Image(64, 64, rgb);
    }

    private static Image picture(int width, int... reds) {
        byte[] rgb = new byte[3 * reds.length];
        for (int i = 0; i < reds.length; i++) {
            rgb[3 * i] = (byte) reds[i];
        }
        return new Image(width, reds.length / width, rgb);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    /** EXIF data of nothing but an orientation. */
    private static byte[] exif(ByteOrder order, int orientation) {
        return ByteBuffer.allocate(26)
                .order(order)
                .put((order == ByteOrder.BIG_ENDIAN ? "MM" : "II").getBytes(StandardCharsets.US_ASCII))
                .putShort((short) 42)
                .putInt(8)
                .putShort((short) 1)
                .putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) orientation)
                .array();
    }

    /** The chunk goes after the header, which takes 25 bytes behind the signature. */
    private static byte[] pngWith(Image image, byte[] exif) {
        byte[] png = new Png().encode(image, Optional.empty());
        byte[] typed = ByteBuffer.allocate(4 + exif.length)
                .put("eXIf".getBytes(StandardCharsets.US_ASCII))
                .put(exif)
                .array();
        CRC32 check = new CRC32();
        check.update(typed);
        return ByteBuffer.allocate(png.length + 12 + exif.length)
                .put(png, 0, 33)
                .putInt(exif.length)
                .put(typed)
                .putInt((int) check.getValue())
                .put(png, 33, png.length - 33)
                .array();
    }

    /** A WebP with parameters has EXIF data, whose place those of the test take. */
    private static byte[] webPWith(Image image, byte[] exif) {
        byte[] file = new WebP().encode(image, Optional.of(GenerationParameters.of("x".repeat(40), "")));
        String text = new String(file, StandardCharsets.ISO_8859_1);
        ByteBuffer.wrap(file).put(text.lastIndexOf("EXIF") + 8, exif);
        return file;
    }

    private static byte[] jpegWith(byte[] jpeg, byte[] exif) {
        return ByteBuffer.allocate(jpeg.length + 10 + exif.length)
                .put(jpeg, 0, 2)
                .putShort((short) 0xFFE1)
                .putShort((short) (8 + exif.length))
                .put("Exif\0\0".getBytes(StandardCharsets.US_ASCII))
                .put(exif)
                .put(jpeg, 2, jpeg.length - 2)
                .array();
    }
}
