package dev.hypersd.image;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Parameters of other programs in the EXIF and XMP data of JPEG and WebP files, where each program writes its own. */
class ForeignParametersInExifTest {
    private static final int DESCRIPTION = 0x010E;
    private static final int MAKE = 0x010F;
    private static final int MODEL = 0x0110;
    private static final int SOFTWARE = 0x0131;
    private static final int USER_COMMENT = 0x9286;

    private static final String GRAPH = """
        {"3": {"class_type": "KSampler", "inputs": {"seed": 7, "steps": 20, "cfg": 8.0, "sampler_name": "euler",
          "positive": ["6", 0], "latent_image": ["5", 0]}},
         "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 768}},
         "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a fox"}}}\
        """;

    private static final String SWARM = """
        {"sui_image_params": {"prompt": "a fox", "negativeprompt": "blurry", "model": "base/fox.safetensors",
          "seed": 5, "steps": 20, "cfgscale": 7.0, "width": 1024, "height": 768, "sampler": "dpmpp_2m",
          "scheduler": "karras", "loras": ["style"], "loraweights": ["0.5"]}, "sui_extra_data": {}}\
        """;

    private static final String FOOOCUS = """
        {"prompt": "a fox", "negative_prompt": "", "steps": 30, "resolution": "(1152, 896)", "seed": "123",
         "guidance_scale": 4.0, "base_model": "fox", "metadata_scheme": "fooocus"}\
        """;

    private static final String NOVEL = """
        {"prompt": "a fox", "steps": 28, "sampler": "k_euler", "seed": 77, "scale": 11.0, "uc": "lowres",
         "width": 832, "height": 1216}\
        """;

    private static final String NOVEL_AROUND = "{\"Title\": \"NovelAI generated image\", \"Software\": \"NovelAI\", "
            + "\"Description\": \"a fox\", \"Comment\": \"%s\"}"
                    .formatted(NOVEL.replace("\n", " ").replace("\"", "\\\""));

    private static final String INVOKE = """
        {"generation_mode": "txt2img", "positive_prompt": "a fox", "negative_prompt": "blurry", "width": 512,
         "height": 640, "seed": 5, "cfg_scale": 7.5, "steps": 30, "scheduler": "euler_a"}\
        """;

    private static final String XMP = """
        <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description><exif:UserComment><rdf:Alt>
        <rdf:li xml:lang="x-default">{&quot;c&quot;:&quot;a fox &amp; a cat&quot;,&quot;uc&quot;:&quot;blurry&quot;,
        &quot;steps&quot;:8,&quot;seed&quot;:9,&quot;scale&quot;:4.5,&quot;size&quot;:&quot;512x768&quot;,
        &quot;model&quot;:&quot;fox.ckpt&quot;,&quot;sampler&quot;:&quot;Euler A&quot;}</rdf:li></rdf:Alt>
        </exif:UserComment></rdf:Description></rdf:RDF></x:xmpmeta>\
        """;

    private static Stream<Arguments> programs() {
        String joined = "{\"prompt\": %s, \"workflow\": {}}".formatted(GRAPH);
        return Stream.of(
                Arguments.of("ComfyUI", "20", "512x768", exif(Map.of(MODEL, "prompt:" + GRAPH, MAKE, "workflow:{}"))),
                Arguments.of(
                        "ComfyUI", "20", "512x768", exif(Map.of(MAKE, "Prompt: " + GRAPH, DESCRIPTION, "Workflow:{}"))),
                Arguments.of("ComfyUI", "20", "512x768", exif(Map.of(USER_COMMENT, joined))),
                Arguments.of("SwarmUI", "20", "1024x768", exif(Map.of(USER_COMMENT, SWARM))),
                Arguments.of(
                        "Fooocus", "30", "1152x896", exif(Map.of(USER_COMMENT, FOOOCUS, SOFTWARE, "Fooocus v2.5.5"))),
                Arguments.of("NovelAI", "28", "832x1216", exif(Map.of(USER_COMMENT, NOVEL_AROUND))),
                Arguments.of("NovelAI", "28", "832x1216", exif(Map.of(USER_COMMENT, NOVEL))),
                Arguments.of("InvokeAI", "30", "512x640", exif(Map.of(USER_COMMENT, INVOKE))));
    }

    @ParameterizedTest(name = "{0} {2}")
    @MethodSource("programs")
    void whatAProgramWritesIntoExifIsRead(String program, String steps, String size, byte[] exif) {
        for (byte[] file : List.of(jpeg("Exif\0\0", exif), webP("EXIF", exif))) {
            GenerationParameters read = GenerationParameters.find(file).orElseThrow();
            assertThat(read.prompt()).isEqualTo("a fox");
            assertThat(read.setting("Version")).contains(program);
            assertThat(read.setting("Steps")).contains(steps);
            assertThat(read.setting("Size")).contains(size);
        }
    }

    @Test
    void theSamplingAndTheLorasOfSwarmUiAreRead() {
        GenerationParameters read = GenerationParameters.find(jpeg("Exif\0\0", exif(Map.of(USER_COMMENT, SWARM))))
                .orElseThrow();
        assertThat(read.negativePrompt()).isEqualTo("blurry");
        assertThat(read.settings())
                .containsEntry("Sampler", "dpmpp_2m")
                .containsEntry("Schedule type", "karras")
                .containsEntry("Model", "fox")
                .containsEntry("Loras", "[{\"name\":\"style\",\"weight\":0.5}]");
    }

    @Test
    void theXmpOfDrawThingsIsRead() {
        byte[] xmp = XMP.getBytes(UTF_8);
        for (byte[] file : List.of(jpeg("http://ns.adobe.com/xap/1.0/\0", xmp), webP("XMP ", xmp))) {
            GenerationParameters read = GenerationParameters.find(file).orElseThrow();
            assertThat(read.prompt()).isEqualTo("a fox & a cat");
            assertThat(read.settings())
                    .containsEntry("Steps", "8")
                    .containsEntry("Size", "512x768")
                    .containsEntry("Version", "Draw Things");
        }
    }

    @Test
    void infotextInADescriptionIsReadAndThatOfACameraIsNot() {
        byte[] infotext = exif(Map.of(DESCRIPTION, "a fox\nSteps: 4, Seed: 7"));
        assertThat(GenerationParameters.find(jpeg("Exif\0\0", infotext))
                        .orElseThrow()
                        .prompt())
                .isEqualTo("a fox");
        byte[] camera = exif(Map.of(DESCRIPTION, "DIGITAL CAMERA", MAKE, "A company", MODEL, "prompt: none"));
        assertThat(GenerationParameters.find(jpeg("Exif\0\0", camera))).isEmpty();
    }

    @Test
    void infotextCountsBeforeTheGraphAndAPromptInBracesIsAPrompt() {
        byte[] both = exif(Map.of(MAKE, "Prompt:" + GRAPH, USER_COMMENT, "{a|b} fox\nSteps: 4"));
        assertThat(GenerationParameters.find(jpeg("Exif\0\0", both)))
                .contains(GenerationParameters.of("{a|b} fox", "").with("Steps", 4));
    }

    @Test
    void jsonThatIsCutOffIsNamed(@TempDir Path folder) throws Exception {
        refused(folder, "ComfyUI", Map.of(MAKE, "Prompt:" + GRAPH.substring(0, 200) + "}"));
        refused(folder, "ComfyUI", Map.of(USER_COMMENT, "{\"prompt\": " + GRAPH.substring(0, 200)));
        refused(folder, "SwarmUI", Map.of(USER_COMMENT, SWARM.substring(0, 90)));
        refused(folder, "NovelAI", Map.of(USER_COMMENT, NOVEL.substring(0, 110)));
        refused(folder, "NovelAI", Map.of(SOFTWARE, "NovelAI"));
    }

    private static void refused(Path folder, String program, Map<Integer, String> tags) throws Exception {
        Path file = Files.write(folder.resolve("a.jpg"), jpeg("Exif\0\0", exif(tags)));
        assertThatThrownBy(() -> GenerationParameters.read(file))
                .hasMessageContaining("has parameters of " + program + " that cannot be read");
    }

    @Test
    void noTruncationAndNoLengthThrows() {
        List<byte[]> files = Stream.concat(
                        programs().map(program -> (byte[]) program.get()[3]),
                        Stream.of(exif(Map.of(USER_COMMENT, "{".repeat(30_000)))))
                .flatMap(exif -> Stream.of(jpeg("Exif\0\0", exif), webP("EXIF", exif)))
                .toList();
        for (byte[] file : files) {
            for (int length = 0; length < file.length; length += file.length > 5000 ? 97 : 1) {
                byte[] cut = Arrays.copyOf(file, length);
                assertThatCode(() -> GenerationParameters.find(cut)).doesNotThrowAnyException();
            }
        }
        for (String piece : List.of("{", "[", "{\"a\":", "\"", "prompt:", "<exif:UserComment>", " ", "\\")) {
            String text = piece.repeat(100_000 / piece.length());
            for (String before : List.of("", "Prompt:", "{\"sui_image_params\": ", "{\"prompt\": ")) {
                byte[] file = webP("EXIF", exif(Map.of(USER_COMMENT, before + text, MAKE, before + text)));
                assertThatCode(() -> GenerationParameters.find(file)).doesNotThrowAnyException();
            }
            byte[] xmp = webP("XMP ", text.getBytes(UTF_8));
            assertThatCode(() -> GenerationParameters.find(xmp)).doesNotThrowAnyException();
        }
    }

    /**
     * EXIF data with texts in the first directory, as Pillow writes them: the comment in UTF-16, the others as bytes.
     */
    private static byte[] exif(Map<Integer, String> texts) {
        int start = 8 + 2 + 12 * texts.size() + 4;
        ByteArrayOutputStream values = new ByteArrayOutputStream();
        ByteBuffer directory = ByteBuffer.allocate(start).order(ByteOrder.LITTLE_ENDIAN);
        directory.put("II".getBytes(US_ASCII)).putShort((short) 42).putInt(8).putShort((short) texts.size());
        new TreeMap<>(texts).forEach((tag, text) -> {
            boolean comment = tag == USER_COMMENT;
            byte[] value = comment ? "UNICODE\0".getBytes(US_ASCII) : new byte[0];
            byte[] all = ByteBuffer.allocate(value.length + 2 * text.length() + 1)
                    .put(value)
                    .put(text.getBytes(comment ? UTF_16LE : UTF_8))
                    .array();
            int length = value.length + (comment ? 2 * text.length() : text.length() + 1);
            directory
                    .putShort((short) (int) tag)
                    .putShort((short) (comment ? 7 : 2))
                    .putInt(length)
                    .putInt(start + values.size());
            values.write(all, 0, length);
        });
        return ByteBuffer.allocate(start + values.size())
                .put(directory.array())
                .put(values.toByteArray())
                .array();
    }

    /** A JPEG of nothing but a segment. */
    private static byte[] jpeg(String name, byte[] content) {
        byte[] begin = name.getBytes(US_ASCII);
        return ByteBuffer.allocate(6 + begin.length + content.length)
                .putShort((short) 0xFFD8)
                .putShort((short) 0xFFE1)
                .putShort((short) (2 + begin.length + content.length))
                .put(begin)
                .put(content)
                .array();
    }

    /** A WebP with one more chunk. */
    private static byte[] webP(String name, byte[] content) {
        byte[] plain = new WebP().encode(new Image(8, 8, new byte[192]), Optional.empty());
        return ByteBuffer.allocate(plain.length + 8 + content.length + content.length % 2)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(plain)
                .put(name.getBytes(US_ASCII))
                .putInt(content.length)
                .put(content)
                .array();
    }
}
