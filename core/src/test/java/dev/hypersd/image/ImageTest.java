package dev.hypersd.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;

class ImageTest {
    private static final GenerationParameters PARAMETERS =
            GenerationParameters.of("a café", "").with("Steps", 4).with("Seed", 7);

    @TempDir
    Path folder;

    /** Noise takes all five filters in turn, a gradient and a flat picture long runs of one. */
    @ParameterizedTest
    @CsvSource({"1, 1", "1, 9", "9, 1", "17, 13", "64, 64"})
    void aPngHoldsEveryPixelForOtherReadersToo(int width, int height) throws IOException {
        for (Image image : new Image[] {noise(width, height), gradient(width, height)}) {
            BufferedImage read = ImageIO.read(new ByteArrayInputStream(new Png().encode(image, Optional.empty())));
            assertThat(read.getWidth()).isEqualTo(width);
            assertThat(read.getHeight()).isEqualTo(height);
            byte[] rgb = image.rgb();
            for (int i = 0; i < width * height; i++) {
                int expected = ((rgb[3 * i] & 0xFF) << 16) | ((rgb[3 * i + 1] & 0xFF) << 8) | (rgb[3 * i + 2] & 0xFF);
                assertThat(read.getRGB(i % width, i / width) & 0xFFFFFF).isEqualTo(expected);
            }
        }
    }

    @Test
    void aPictureIsReadAsItWasWritten() {
        Image image = noise(12, 34);
        image.write(folder.resolve("a.png"), PARAMETERS);
        assertThat(Image.read(folder.resolve("a.png"))).isEqualTo(image);
    }

    @Test
    void aMirrorImageHasLeftAndRightExchanged() {
        Image image = new Image(3, 2, new byte[] {1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 7});

        assertThat(image.mirrored())
                .isEqualTo(new Image(3, 2, new byte[] {3, 3, 3, 2, 2, 2, 1, 1, 1, 6, 6, 7, 5, 5, 5, 4, 4, 4}));
        assertThat(image.mirrored().mirrored()).isEqualTo(image);
    }

    @Test
    void aPartOfAPictureHasItsPixels() {
        Image image = noise(7, 5);
        assertThat(image.crop(0, 0, 7, 5)).isEqualTo(image);
        byte[] pixel = Arrays.copyOfRange(image.rgb(), 3 * (4 * 7 + 6), 3 * (4 * 7 + 7));
        assertThat(image.crop(5, 2, 2, 3).crop(1, 2, 1, 1)).isEqualTo(new Image(1, 1, pixel));
        assertThatThrownBy(() -> image.crop(6, 0, 2, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> image.crop(0, -1, 1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void errorsOfAPictureInMemoryNameItsOrigin() {
        Image image = noise(12, 34);
        assertThat(Image.decode(Path.of("a.tar/0.png"), new Png().encode(image, Optional.empty())))
                .isEqualTo(image);
        assertThatThrownBy(() -> Image.decode(Path.of("a.tar", "0.png"), new byte[9]))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage(Path.of("a.tar", "0.png")
                        + ": is not a picture that can be read (PNG, JPEG, WebP, GIF, BMP, TIFF)");
    }

    @Test
    void aPictureIsUnchangedAfterConversionToTheJdkAndBack() {
        Image image = noise(12, 34);
        assertThat(image.toBufferedImage().getType()).isEqualTo(BufferedImage.TYPE_INT_RGB);
        assertThat(Image.of(image.toBufferedImage())).isEqualTo(image);
    }

    @Test
    void aWebPComesBackAsItWasWritten() {
        Path file = folder.resolve("a.webp");
        for (Image image : List.of(noise(13, 7), gradient(64, 48))) {
            image.write(file, PARAMETERS);
            assertThat(Image.read(file)).isEqualTo(image);
        }
    }

    @Test
    void aWebPWithLossIsReadAndAnAnimationRefused() {
        byte[] crimson = Base64.getDecoder()
                .decode("UklGRjQAAABXRUJQVlA4ICgAAACQAQCdASoQABAAAsBMJaACdLoAA5gA/u1N3rvFpRr/56Z/W38f+MgA");
        Image image = Image.decode(Path.of("a.webp"), crimson);
        assertThat(image.width()).isEqualTo(16);
        assertThat(image.rgb()[0] & 0xFF).isCloseTo(200, within(6));
        assertThat(image.rgb()[1] & 0xFF).isCloseTo(30, within(6));
        byte[] animation = "RIFF\30\0\0\0WEBPANIM\6\0\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> Image.decode(Path.of("a.webp"), animation))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage("a.webp: is an animation; only still pictures are supported: save one of its pictures "
                        + "by itself");
    }

    @Test
    void aDamagedWebPIsEitherReadOrRefused() {
        byte[] whole = new WebP().encode(noise(9, 9), Optional.of(PARAMETERS));
        Path name = Path.of("a.webp");
        for (int i = 0; i < whole.length; i++) {
            decodeOrRefuse(name, Arrays.copyOf(whole, i));
            byte[] flipped = whole.clone();
            flipped[i] ^= (byte) 0x15;
            decodeOrRefuse(name, flipped);
        }
    }

    private static void decodeOrRefuse(Path name, byte[] file) {
        try {
            assertThat(Image.decode(name, file).width()).isPositive();
        } catch (InvalidFileException e) {
            assertThat(e).hasMessageStartingWith("a.webp: ");
        }
    }

    @Test
    void aJpegOfGoodQualityIsNearlyAsItWasWritten() {
        Image image = gradient(64, 48);
        image.write(folder.resolve("a.jpg"), PARAMETERS);
        Image read = Image.read(folder.resolve("a.jpg"));
        assertThat(read).hasToString("picture of 64x48");
        byte[] want = image.rgb();
        byte[] got = read.rgb();
        for (int i = 0; i < want.length; i++) {
            // Eight-bit colour conversion and quality 95 on a smooth picture: a few levels.
            assertThat(Math.abs((want[i] & 0xFF) - (got[i] & 0xFF))).isLessThanOrEqualTo(6);
        }
    }

    @Test
    void lowerQualityMakesASmallerJpeg() {
        Image image = noise(64, 64);
        assertThat(new Jpeg(30).encode(image, Optional.empty()))
                .hasSizeLessThan(new Jpeg(95).encode(image, Optional.empty()).length);
        assertThatThrownBy(() -> new Jpeg(0)).hasMessage("the quality of a JPEG is 1 to 100, not 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.png", "a.PNG", "a.jpg", "a.jpeg"})
    void theParametersAreReadBack(String name) {
        Path file = folder.resolve(name);
        noise(8, 8).write(file, PARAMETERS);
        assertThat(GenerationParameters.read(file)).contains(PARAMETERS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.png", "a.jpg"})
    void parametersBeyondLatin1AreReadBack(String name) {
        GenerationParameters parameters =
                GenerationParameters.of("猫 on a roof 🐈", "ぼやけ").with("Steps", 1);
        Path file = folder.resolve(name);
        noise(8, 8).write(file, parameters);
        assertThat(GenerationParameters.read(file)).contains(parameters);
    }

    @Test
    void otherToolsFindTheTextUnderItsKeyword() throws IOException {
        byte[] png = new Png().encode(noise(4, 4), Optional.of(PARAMETERS));
        assertThat(textNode(png, "tEXtEntry")).isEqualTo("parameters=" + PARAMETERS.toText());
        GenerationParameters unicode = GenerationParameters.of("猫", "").with("Steps", 1);
        byte[] wide = new Png().encode(noise(4, 4), Optional.of(unicode));
        assertThat(textNode(wide, "iTXtEntry")).isEqualTo("parameters=" + unicode.toText());
    }

    @Test
    void aPictureWithoutParametersHasNone() {
        noise(4, 4).write(folder.resolve("a.png"));
        noise(4, 4).write(folder.resolve("a.jpg"));
        assertThat(GenerationParameters.read(folder.resolve("a.png"))).isEmpty();
        assertThat(GenerationParameters.read(folder.resolve("a.jpg"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpg"})
    void filesCutShortAnywhereAreReadWithoutHarm(String extension) throws IOException {
        Path whole = folder.resolve("whole." + extension);
        noise(8, 8).write(whole, PARAMETERS);
        byte[] bytes = Files.readAllBytes(whole);
        Path cut = folder.resolve("cut." + extension);
        for (int length = 0; length < bytes.length; length += 3) {
            Files.write(cut, Arrays.copyOf(bytes, length));
            GenerationParameters.read(cut);
            try {
                Image.read(cut);
            } catch (InvalidFileException e) {
                assertThat(e).hasMessageStartingWith(cut.toString());
            }
        }
    }

    @Test
    void damagedFilesAreReadWithoutHarm() throws IOException {
        Random random = new Random(5);
        for (String extension : new String[] {"png", "jpg"}) {
            Path file = folder.resolve("a." + extension);
            noise(8, 8).write(file, PARAMETERS);
            byte[] bytes = Files.readAllBytes(file);
            for (int i = 0; i < 2000; i++) {
                byte[] damaged = bytes.clone();
                damaged[random.nextInt(Math.min(200, bytes.length))] = (byte) random.nextInt();
                Files.write(file, damaged);
                GenerationParameters.read(file);
            }
        }
    }

    @Test
    void greyKeepsItsBrightness() throws IOException {
        BufferedImage grey = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
        grey.getRaster().setSample(0, 0, 0, 100);
        grey.getRaster().setSample(1, 0, 0, 255);
        ImageIO.write(grey, "png", folder.resolve("grey.png").toFile());
        assertThat(Image.read(folder.resolve("grey.png")).rgb()).containsExactly(100, 100, 100, 255, 255, 255);
    }

    @Test
    void aPictureOfExcessiveSizeIsRefusedBeforeItIsDecoded() throws IOException {
        byte[] png = new Png().encode(noise(1, 1), Optional.empty());
        ByteBuffer.wrap(png).putInt(16, 1_000_000).putInt(20, 1_000_000);
        CRC32 check = new CRC32();
        check.update(png, 12, 17);
        ByteBuffer.wrap(png).putInt(29, (int) check.getValue());
        Path file = Files.write(folder.resolve("bomb.png"), png);
        assertThatThrownBy(() -> Image.read(file))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage(file
                        + ": claims to be a picture of 1000000x1000000, more than the 268435456 pixels that are read");
    }

    @Test
    void filesThatAreNotPicturesAreRefused() throws IOException {
        Path text = Files.writeString(folder.resolve("a.png"), "not a picture");
        assertThatThrownBy(() -> Image.read(text))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage(text + ": is not a picture that can be read (PNG, JPEG, WebP, GIF, BMP, TIFF)");
        assertThatThrownBy(() -> Image.read(folder.resolve("none.png")))
                .hasMessage(folder.resolve("none.png") + ": not found");
    }

    @Test
    void anotherExtensionIsRefused() {
        assertThatThrownBy(() -> noise(1, 1).write(Path.of("a.tiff")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("a.tiff: pictures are written as .png, .jpg, .jpeg or .webp");
    }

    @Test
    void aFailedWriteLeavesNothingBehind() throws IOException {
        Path taken = folder.resolve("taken.png");
        Files.createDirectories(taken.resolve("inside"));
        assertThatThrownBy(() -> noise(1, 1).write(taken)).isInstanceOf(HyperSdException.class);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(taken);
        }
    }

    @Test
    void parametersTooLongForAJpegAreRefused() {
        GenerationParameters parameters = GenerationParameters.of("x".repeat(40_000), "");
        assertThatThrownBy(() -> new Jpeg(90).encode(noise(1, 1), Optional.of(parameters)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("40001 characters of parameters do not fit into a JPEG file; write a PNG");
    }

    @Test
    void aPictureOwnsItsPixels() {
        byte[] rgb = {1, 2, 3};
        Image image = new Image(1, 1, rgb);
        rgb[0] = 9;
        image.rgb()[1] = 9;
        assertThat(image.rgb()).containsExactly(1, 2, 3);
        assertThatThrownBy(() -> new Image(2, 1, rgb))
                .hasMessage("3 bytes do not fill a picture of 2x1, which takes 6");
    }

    private static String textNode(byte[] png, String entry) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        reader.setInput(ImageIO.createImageInputStream(new ByteArrayInputStream(png)));
        Element root = (Element) reader.getImageMetadata(0).getAsTree("javax_imageio_png_1.0");
        Element found = (Element) root.getElementsByTagName(entry).item(0);
        String value = found.getAttribute("value");
        return found.getAttribute("keyword") + "=" + (value.isEmpty() ? found.getAttribute("text") : value);
    }

    private static Image noise(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        new Random(1).nextBytes(rgb);
        return new Image(width, height, rgb);
    }

    private static Image gradient(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++) {
            rgb[3 * i] = (byte) (255 * (i % width) / width);
            rgb[3 * i + 1] = (byte) (255 * (i / width) / height);
            rgb[3 * i + 2] = (byte) 128;
        }
        return new Image(width, height, rgb);
    }
}
