package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import dev.hypersd.image.ImageFormat;
import dev.hypersd.image.Jpeg;
import dev.hypersd.image.Png;
import dev.hypersd.image.WebP;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code /sdapi/v1/png-info} reads the parameters of an image, whatever the image has gone through. */
class PngInfoTest {
    private static final String EMPTY =
            "{\"info\":\"\",\"items\":{},\"parameters\":{},\"options\":null,\"warnings\":[]}";

    private static final String TEXT = "a cat\nNegative prompt: dogs\nSteps: 2, Sampler: TCD, CFG scale: 1, Seed: 3";
    private static final Duration QUICK = Duration.ofSeconds(1);

    @AutoClose
    private static final TinyServer server = TinyServer.open();

    @ParameterizedTest
    @MethodSource("carriers")
    void parametersAreReadFromEveryKindOfMetadata(byte[] image) throws Exception {
        HttpResponse<String> response = pngInfo(image);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(TinyServer.json(response).get("info").asString()).isEqualTo(TEXT);
        assertThat(TinyServer.json(response).get("parameters").get("Prompt").asString())
                .isEqualTo("a cat");
        assertThat(TinyServer.json(response).get("parameters").get("Seed").asString())
                .isEqualTo("3");
    }

    @ParameterizedTest
    @MethodSource("carriers")
    void everyTruncationOfAnImageIsAnsweredWithoutAnErrorOfTheServer(byte[] image) throws Exception {
        for (int length = 0; length < image.length; length++) {
            assertIsAnswered(Arrays.copyOf(image, length), "the first " + length + " bytes");
        }
    }

    @ParameterizedTest
    @MethodSource("chunks")
    void everyTruncationOfATextChunkIsAnsweredWithoutAnErrorOfTheServer(String type, byte[] content) throws Exception {
        for (int length = 0; length < content.length; length++) {
            byte[] image = PngBuilder.claiming(1, 1)
                    .chunk(type, Arrays.copyOf(content, length))
                    .end(new byte[4]);
            assertIsAnswered(image, "a " + type + " of " + length + " bytes");
        }
    }

    @ParameterizedTest
    @MethodSource("longTexts")
    void longTextsAreAnsweredWithinASecond(String text) throws Exception {
        byte[] content = ("parameters\0" + text).getBytes(StandardCharsets.ISO_8859_1);
        byte[] image = PngBuilder.claiming(1, 1).chunk("tEXt", content).end(new byte[4]);
        long began = System.nanoTime();
        assertIsAnswered(image, "a long text");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(QUICK);
    }

    @Test
    void aLongPromptIsReadCompletely() throws Exception {
        String prompt = "a".repeat(100_000);
        byte[] content =
                ("parameters\0" + prompt + "\nSteps: 2, Seed: 3, Size: 8x8").getBytes(StandardCharsets.ISO_8859_1);
        HttpResponse<String> response =
                pngInfo(PngBuilder.claiming(1, 1).chunk("tEXt", content).end(new byte[4]));
        assertThat(TinyServer.json(response).get("parameters").get("Prompt").asString())
                .isEqualTo(prompt);
    }

    @Test
    void aTextThatUnpacksTo64MiBIsNotRead() throws Exception {
        byte[] bomb = PngBuilder.concat("parameters\0\0", PngBuilder.deflated(new byte[64 << 20]));
        HttpResponse<String> response =
                pngInfo(PngBuilder.claiming(1, 1).chunk("zTXt", bomb).end(new byte[4]));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(EMPTY);
    }

    @Test
    void anImageWithoutParametersHasNone() throws Exception {
        HttpResponse<String> response = pngInfo(TinyServer.png(8, 8));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(EMPTY);
    }

    /** Images of 8x8 pixels with the same parameters in each kind of metadata. */
    static Stream<Named<byte[]>> carriers() {
        Stream<Named<byte[]>> encoded = Stream.<ImageFormat>of(new Png(), new Jpeg(50), new WebP())
                .map(format -> Named.of(
                        format.getClass().getSimpleName(),
                        format.encode(
                                new Image(8, 8, new byte[3 * 8 * 8]), Optional.of(GenerationParameters.parse(TEXT)))));
        Stream<Named<byte[]>> written = chunkContents()
                .map(chunk -> Named.of(
                        chunk.name(),
                        PngBuilder.claiming(1, 1)
                                .chunk(chunk.type(), chunk.content())
                                .end(new byte[4])));
        return Stream.concat(encoded, written);
    }

    static Stream<Arguments> chunks() {
        return chunkContents().map(chunk -> Arguments.of(Named.of(chunk.name(), chunk.type()), chunk.content()));
    }

    private record Chunk(String name, String type, byte[] content) {}

    /** The chunks in which a PNG can have a text (PNG specification, section 11.3.3). */
    private static Stream<Chunk> chunkContents() {
        byte[] text = TEXT.getBytes(StandardCharsets.ISO_8859_1);
        byte[] packed = PngBuilder.deflated(text);
        return Stream.of(
                new Chunk("tEXt", "tEXt", PngBuilder.concat("parameters\0", text)),
                new Chunk("zTXt", "zTXt", PngBuilder.concat("parameters\0\0", packed)),
                new Chunk("iTXt", "iTXt", PngBuilder.concat("parameters\0\0\0en\0parameters\0", text)),
                new Chunk("compressed iTXt", "iTXt", PngBuilder.concat("parameters\0\1\0en\0parameters\0", packed)));
    }

    /** Texts that are long where a reader could take quadratic time or overflow its stack. */
    static Stream<Named<String>> longTexts() {
        String settings = "a\nSteps: 2, Seed: 3, ";
        return Stream.of(
                Named.of("100,000 letters", "a".repeat(100_000)),
                Named.of("a value of 100,000 letters", settings + "X: " + "a".repeat(100_000)),
                Named.of("100,000 commas", settings + ",".repeat(100_000)),
                Named.of("100,000 colons", settings + ":".repeat(100_000)),
                Named.of("100,000 quotes", settings + "X: " + "\"".repeat(100_000)),
                Named.of("100,000 line breaks", "\n".repeat(100_000)),
                Named.of("100,000 spaces", settings + " ".repeat(100_000)),
                Named.of("a quoted value of 100,000 letters", settings + "X: \"" + "a".repeat(100_000) + "\""),
                Named.of("a quoted value of 3,000 backslashes", settings + "X: \"" + "\\".repeat(3000) + "\""),
                Named.of("a quoted value of 3,001 backslashes", settings + "X: \"" + "\\".repeat(3001) + "\""),
                Named.of("10,000 settings", settings + "X: 1, ".repeat(10_000)));
    }

    private static void assertIsAnswered(byte[] image, String name) throws Exception {
        assertThat(pngInfo(image).statusCode()).as(name).isIn(200, 400, 415);
    }

    private static HttpResponse<String> pngInfo(byte[] image) throws Exception {
        return server.post(
                "/sdapi/v1/png-info", "{\"image\": \"" + Base64.getEncoder().encodeToString(image) + "\"}");
    }
}
