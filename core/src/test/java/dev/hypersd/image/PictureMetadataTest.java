package dev.hypersd.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Parameters in the metadata of pictures, in every carrier and encoding that programs use, whole and damaged. */
class PictureMetadataTest {
    private static final String TEXT = "a cat, (best quality:1.2), \u732b\nSteps: 4, Seed: 7, Sampler: DDIM, Size: 8x8";
    private static final GenerationParameters PARAMETERS = GenerationParameters.parse(TEXT);
    private static final Image PICTURE = new Image(8, 8, new byte[3 * 8 * 8]);
    private static final int USER_COMMENT = 0x9286;

    private static List<byte[]> carriers() {
        return List.of(
                new Png().encode(PICTURE, Optional.of(PARAMETERS)),
                new WebP().encode(PICTURE, Optional.of(PARAMETERS)),
                new Jpeg(90).encode(PICTURE, Optional.of(PARAMETERS)),
                png("tEXt", "parameters\0" + TEXT),
                png(chunk("zTXt", concat("parameters\0\0".getBytes(ISO_8859_1), deflated(TEXT.getBytes(ISO_8859_1))))),
                png(chunk("iTXt", concat("parameters\0\1\0en\0p\0".getBytes(UTF_8), deflated(TEXT.getBytes(UTF_8))))));
    }

    @Test
    void everyTruncationIsReadAsAPictureWithoutParametersOrWithSome() {
        for (byte[] file : carriers()) {
            assertThat(GenerationParameters.find(file)).isPresent();
            for (int length = 0; length < file.length; length++) {
                byte[] cut = Arrays.copyOf(file, length);
                assertThatCode(() -> GenerationParameters.find(cut)).doesNotThrowAnyException();
            }
        }
    }

    /** A chunk may be whole and what it holds cut short. */
    @Test
    void everyTruncationOfATextChunkIsReadAsAPictureWithoutParametersOrWithSome() {
        byte[] compressed = deflated(TEXT.getBytes(UTF_8));
        for (String type : List.of("tEXt", "zTXt", "iTXt")) {
            byte[] content = concat("parameters\0\1\0en\0p\0".getBytes(UTF_8), compressed);
            for (int length = 0; length <= content.length; length++) {
                byte[] file = png(chunk(type, Arrays.copyOf(content, length)));
                assertThatCode(() -> GenerationParameters.find(file)).doesNotThrowAnyException();
            }
        }
    }

    @Property(tries = 3000)
    void damagedMetadataIsReadAsAPictureWithoutParametersOrWithSome(
            @ForAll @IntRange(max = 5) int carrier, @ForAll @IntRange(max = 1 << 20) int place, @ForAll byte value) {
        byte[] file = carriers().get(carrier);
        file[place % file.length] = value;
        assertThatCode(() -> GenerationParameters.find(file)).doesNotThrowAnyException();
    }

    @Test
    void aCompressedTextThatExpandsBeyondTheLimitIsNotRead() {
        byte[] bomb = deflated(new byte[1 << 22]);
        byte[] file = png(chunk("zTXt", concat("parameters\0\0".getBytes(ISO_8859_1), bomb)));
        assertThat(GenerationParameters.find(file)).isEmpty();
    }

    private static Stream<Arguments> comments() {
        byte[] unicode = "UNICODE\0".getBytes(US_ASCII);
        byte[] ascii = "ASCII\0\0\0".getBytes(US_ASCII);
        byte[] undefined = new byte[8];
        return Stream.of(
                Arguments.of("UTF-16 in big-endian order", concat(unicode, TEXT.getBytes(UTF_16BE))),
                Arguments.of("UTF-16 in little-endian order", concat(unicode, TEXT.getBytes(UTF_16LE))),
                Arguments.of(
                        "UTF-16 with a mark of big-endian order",
                        concat(unicode, ("\uFEFF" + TEXT).getBytes(UTF_16BE))),
                Arguments.of(
                        "UTF-16 with a mark of little-endian order",
                        concat(unicode, ("\uFEFF" + TEXT).getBytes(UTF_16LE))),
                Arguments.of("UTF-8 behind UNICODE", concat(unicode, TEXT.getBytes(UTF_8))),
                Arguments.of("UTF-8 with a mark", concat(unicode, ("\uFEFF" + TEXT).getBytes(UTF_8))),
                Arguments.of("UTF-8 with padding", concat(unicode, (TEXT + "\0\0\0").getBytes(UTF_8))),
                Arguments.of("UTF-8 behind ASCII", concat(ascii, TEXT.getBytes(UTF_8))),
                Arguments.of("UTF-8 behind a marker of zeros", concat(undefined, TEXT.getBytes(UTF_8))),
                Arguments.of("UTF-16 behind a marker of zeros", concat(undefined, TEXT.getBytes(UTF_16LE))),
                Arguments.of("UTF-8 without a marker", TEXT.getBytes(UTF_8)),
                Arguments.of("UTF-16 without a marker", TEXT.getBytes(UTF_16BE)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("comments")
    void aUserCommentIsReadInEveryEncodingThatProgramsWrite(String encoding, byte[] comment) {
        for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
            assertThat(GenerationParameters.find(jpeg(tiff(order, comment))))
                    .as("%s in a TIFF structure of %s", encoding, order)
                    .contains(PARAMETERS);
        }
    }

    @Test
    void latin1OfOldProgramsAndTheCommentOfAJpegAreRead() {
        String text = "a caf\u00e9\nSteps: 4, Seed: 7";
        byte[] latin = text.getBytes(ISO_8859_1);
        byte[] marked = concat("ASCII\0\0\0".getBytes(US_ASCII), latin);
        for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
            for (byte[] comment : List.of(latin, marked)) {
                assertThat(GenerationParameters.find(jpeg(tiff(order, comment))))
                        .contains(GenerationParameters.parse(text));
            }
        }
        assertThat(GenerationParameters.find(jpegWithComment(text))).contains(GenerationParameters.parse(text));
        assertThat(GenerationParameters.find(jpegWithComment("made by hand"))).isEmpty();
    }

    private static byte[] jpegWithComment(String comment) {
        byte[] content = comment.getBytes(UTF_8);
        return ByteBuffer.allocate(6 + content.length + 2)
                .putInt(0xFFD8FFFE)
                .putShort((short) (content.length + 2))
                .put(content)
                .putShort((short) 0xFFD9)
                .array();
    }

    private static byte[] png(String type, String content) {
        return png(chunk(type, content.getBytes(ISO_8859_1)));
    }

    private static byte[] png(byte[] chunk) {
        return concat(Png.SIGNATURE, chunk);
    }

    private static byte[] chunk(String type, byte[] content) {
        byte[] name = type.getBytes(US_ASCII);
        CRC32 sum = new CRC32();
        sum.update(name);
        sum.update(content);
        return ByteBuffer.allocate(12 + content.length)
                .putInt(content.length)
                .put(name)
                .put(content)
                .putInt((int) sum.getValue())
                .array();
    }

    private static byte[] deflated(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Deflater deflater = new Deflater()) {
            deflater.setInput(bytes);
            deflater.finish();
            byte[] buffer = new byte[1 << 10];
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
        }
        return out.toByteArray();
    }

    /** A JPEG of nothing but its metadata. */
    private static byte[] jpeg(byte[] tiff) {
        return ByteBuffer.allocate(12 + tiff.length)
                .putShort((short) 0xFFD8)
                .putShort((short) 0xFFE1)
                .putShort((short) (8 + tiff.length))
                .put("Exif\0\0".getBytes(US_ASCII))
                .put(tiff)
                .array();
    }

    /** A first directory that points to a second one with the comment, at place 44. */
    private static byte[] tiff(ByteOrder order, byte[] comment) {
        ByteBuffer out = ByteBuffer.allocate(44 + comment.length).order(order);
        out.put((order == ByteOrder.BIG_ENDIAN ? "MM" : "II").getBytes(US_ASCII))
                .putShort((short) 42)
                .putInt(8);
        out.putShort((short) 1)
                .putShort((short) 0x8769)
                .putShort((short) 4)
                .putInt(1)
                .putInt(26)
                .putInt(0);
        out.putShort((short) 1)
                .putShort((short) USER_COMMENT)
                .putShort((short) 7)
                .putInt(comment.length)
                .putInt(44)
                .putInt(0);
        return out.put(comment).array();
    }

    private static byte[] concat(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }
}
