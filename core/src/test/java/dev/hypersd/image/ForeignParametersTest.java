package dev.hypersd.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JSON that other programs write into their pictures. */
class ForeignParametersTest {
    private static final String COMFY = """
        {"3": {"class_type": "KSampler", "inputs": {"seed": 18446744073709551615, "steps": 20, "cfg": 8.0,
          "sampler_name": "euler_ancestral", "scheduler": "karras", "denoise": 1.0, "model": ["10", 0],
          "positive": ["8", 0], "negative": ["7", 0], "latent_image": ["5", 0]}},
         "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sdxl/fox_v1.safetensors"}},
         "10": {"class_type": "LoraLoader", "inputs": {"lora_name": "style.safetensors", "strength_model": 0.8,
          "strength_clip": 1, "model": ["4", 0], "clip": ["4", 1]}},
         "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": ["11", 0], "batch_size": 1}},
         "11": {"class_type": "PrimitiveInt", "inputs": {"value": 768}},
         "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a fox, \\u732b", "clip": ["4", 1]}},
         "7": {"class_type": "CLIPTextEncode", "inputs": {"text": ["12", 0], "clip": ["4", 1]}},
         "12": {"class_type": "StringNode", "inputs": {"string": "blurry"}},
         "8": {"class_type": "ControlNetApply", "inputs": {"conditioning": ["6", 0]}, "is_changed": [NaN]}}\
        """;

    private static final String COMFY_IN_PARTS = """
        {"1": {"class_type": "SamplerCustomAdvanced", "inputs": {"noise": ["2", 0], "guider": ["3", 0],
          "sampler": ["4", 0], "sigmas": ["5", 0], "latent_image": ["6", 0]}},
         "2": {"class_type": "RandomNoise", "inputs": {"noise_seed": 7}},
         "3": {"class_type": "CFGGuider", "inputs": {"cfg": 1.5, "positive": ["7", 0], "negative": ["8", 0],
          "model": ["9", 0]}},
         "4": {"class_type": "KSamplerSelect", "inputs": {"sampler_name": "lcm"}},
         "5": {"class_type": "BasicScheduler", "inputs": {"scheduler": "simple", "steps": 4, "denoise": 1}},
         "6": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 512}},
         "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "a fox"}},
         "8": {"class_type": "CLIPTextEncode", "inputs": {"text": ""}},
         "9": {"class_type": "UNETLoader", "inputs": {"unet_name": "fox.safetensors"}}}\
        """;

    private static final String FOOOCUS = """
        {"prompt": "a fox", "negative_prompt": "blurry", "steps": 30, "resolution": "(1152, 896)",
         "guidance_scale": 4.0, "sampler": "dpmpp_2m", "scheduler": "karras", "seed": "123",
         "base_model": "juggernautXL", "refiner_model": "None", "lora_combined_1": "style.safetensors : 0.5",
         "metadata_scheme": "fooocus", "version": "Fooocus v2.5.5"}\
        """;

    private static final String INVOKE = """
        {"generation_mode": "txt2img", "positive_prompt": "a fox", "negative_prompt": "blurry", "width": 512,
         "height": 640, "seed": 5, "cfg_scale": 7.5, "steps": 30, "scheduler": "euler_a",
         "model": {"name": "fox", "base": "sd-1"}, "loras": [{"model": {"name": "style"}, "weight": 0.75}]}\
        """;

    private static final String EARLY_INVOKE = """
        {"model": "stable diffusion", "model_weights": "stable-diffusion-1.5", "image": {"prompt":
         [{"prompt": "a fox", "weight": 1.0}], "steps": 50, "cfg_scale": 7.5, "seed": 9, "width": 512,
         "height": 512, "sampler": "k_euler_a", "type": "txt2img"}}\
        """;

    private static final String NOVEL = """
        {"steps": 28, "sampler": "k_euler_ancestral", "seed": 77, "strength": 0.69, "noise": 0.2, "scale": 11.0,
         "uc": "lowres", "width": 832, "height": 1216, "noise_schedule": "native"}\
        """;

    @TempDir
    Path folder;

    @Test
    void theFirstSamplerOfAComfyGraphIsRead() {
        assertThat(GenerationParameters.find(png("prompt", COMFY, "workflow", "{}")))
                .contains(parameters("a fox, \u732b", "blurry", """
                    Steps: 20
                    Sampler: euler_a
                    Schedule type: karras
                    CFG scale: 8
                    Seed: 18446744073709551615
                    Size: 512x768
                    Model: fox_v1
                    Loras: [{"name":"style.safetensors","weight":0.8}]
                    Version: ComfyUI\
                    """));
        assertThat(GenerationParameters.find(png("prompt", COMFY_IN_PARTS))).contains(parameters("a fox", "", """
            Steps: 4
            Sampler: lcm
            Schedule type: simple
            CFG scale: 1.5
            Seed: 7
            Size: 512x512
            Model: fox
            Version: ComfyUI\
            """));
    }

    @Test
    void fooocusInvokeAiAndNovelAiAreRead() {
        GenerationParameters fooocus = parameters("a fox", "blurry", """
            Steps: 30
            Sampler: dpmpp_2m
            Schedule type: karras
            CFG scale: 4
            Seed: 123
            Size: 1152x896
            Model: juggernautXL
            Loras: [{"name":"style.safetensors","weight":0.5}]
            Version: Fooocus\
            """);
        assertThat(GenerationParameters.find(png("parameters", FOOOCUS, "fooocus_scheme", "fooocus")))
                .contains(fooocus);
        assertThat(GenerationParameters.find(png("parameters", FOOOCUS))).contains(fooocus);
        assertThat(GenerationParameters.find(png("invokeai_metadata", INVOKE)))
                .contains(parameters("a fox", "blurry", """
                    Steps: 30
                    Sampler: euler_a
                    CFG scale: 7.5
                    Seed: 5
                    Size: 512x640
                    Model: fox
                    Loras: [{"name":"style","weight":0.75}]
                    Version: InvokeAI\
                    """));
        assertThat(GenerationParameters.find(png("sd-metadata", EARLY_INVOKE))).contains(parameters("a fox", "", """
            Steps: 50
            Sampler: euler_a
            CFG scale: 7.5
            Seed: 9
            Size: 512x512
            Model: stable-diffusion-1.5
            Version: InvokeAI\
            """));
        assertThat(GenerationParameters.find(png("Software", "NovelAI", "Description", "a fox", "Comment", NOVEL)))
                .contains(parameters("a fox", "lowres", """
                    Steps: 28
                    Sampler: euler_a
                    CFG scale: 11
                    Seed: 77
                    Size: 832x1216
                    Version: NovelAI\
                    """));
    }

    @Test
    void foreignParametersSurviveConversionToInfotext() {
        for (byte[] file : files()) {
            GenerationParameters read = GenerationParameters.find(file).orElseThrow();
            assertThat(GenerationParameters.parse(read.toText())).isEqualTo(read);
        }
    }

    @Test
    void infotextCountsBeforeTheGraph() {
        assertThat(GenerationParameters.find(png("prompt", COMFY, "parameters", "a cat\nSteps: 4")))
                .contains(GenerationParameters.of("a cat", "").with("Steps", 4));
    }

    @Test
    void aPromptInBracesIsAPrompt() {
        for (String prompt : List.of("{red|blue} fox", "{\"a\": [1]}")) {
            assertThat(GenerationParameters.find(png("parameters", prompt)))
                    .contains(GenerationParameters.of(prompt, ""));
        }
    }

    @Test
    void parametersThatCannotBeReadAreNamed() throws Exception {
        refused("ComfyUI", "workflow", "{\"nodes\": []}");
        refused("ComfyUI", "prompt", "{\"1\": {\"class_type\": \"LoadImage\"}}");
        refused("ComfyUI", "prompt", "[".repeat(100_000));
        refused("ComfyUI", "prompt", "x".repeat(5 << 20));
        refused("InvokeAI", "invokeai_metadata", "{");
        refused("InvokeAI", "sd-metadata", "{\"image\": 3}");
        refused("NovelAI", "Software", "NovelAI");
        refused("Fooocus", "parameters", "{\"prompt\"", "fooocus_scheme", "fooocus");
    }

    private void refused(String program, String... texts) throws Exception {
        Path file = folder.resolve("a.png");
        Files.write(file, png(texts));
        assertThat(GenerationParameters.find(png(texts))).isEmpty();
        assertThatThrownBy(() -> GenerationParameters.read(file))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("has parameters of " + program + " that cannot be read");
    }

    @Test
    void aCyclicGraphIsReadInFiniteTime() {
        String circle =
                "{\"1\": {\"class_type\": \"KSampler\", \"inputs\": {\"steps\": [\"1\", 0], \"model\": [\"1\", 0], "
                        + "\"positive\": [\"2\", 0], \"latent_image\": [\"1\", 0]}}, \"2\": {\"inputs\": "
                        + "{\"conditioning\": [\"2\", 0], \"conditioning_2\": [\"2\", 0]}}}";
        assertThat(GenerationParameters.find(png("prompt", circle)))
                .contains(GenerationParameters.of("", "").with("Version", "ComfyUI"));
    }

    @Test
    void truncatedAndMistypedMetadataDoNotThrow() {
        Random random = new Random(1);
        List<String> values = List.of("null", "7", "-1.5", "\"x\"", "[]", "{}", "[\"3\", 0]", "[[1]]", "true", "NaN");
        String[] keys = {"prompt", "parameters", "invokeai_metadata", "sd-metadata", "Comment"};
        for (String json : List.of(COMFY, COMFY_IN_PARTS, FOOOCUS, INVOKE, EARLY_INVOKE, NOVEL)) {
            for (int length = 0; length < json.length(); length += 3) {
                String cut = json.substring(0, length);
                for (String key : keys) {
                    harmless(key, cut);
                }
            }
            for (int i = 0; i < 300; i++) {
                String[] parts = json.split("(?<=: )", -1);
                int at = 1 + random.nextInt(parts.length - 1);
                parts[at] = parts[at].replaceFirst(
                        "^(\\[[^\\[\\]]*]|\"[^\"]*\"|[-0-9.]+)", values.get(random.nextInt(values.size())));
                for (String key : keys) {
                    harmless(key, String.join("", parts));
                }
            }
        }
    }

    @Test
    void programsWithoutAFormatOfTheirOwnAreReadByTheUsualNames() {
        String settings = "Steps: 20\nSampler: euler_a\nCFG scale: 6\nSeed: 5\nSize: 64x72\nModel: fox\nVersion: ";
        byte[] easy = png(
                "prompt",
                "a fox",
                "negative_prompt",
                "blurry",
                "seed",
                "5",
                "num_inference_steps",
                "20",
                "guidance_scale",
                "6",
                "width",
                "64",
                "height",
                "72",
                "sampler_name",
                "euler_a",
                "use_stable_diffusion_model",
                "fox");
        assertThat(GenerationParameters.find(easy))
                .contains(parameters("a fox", "blurry", settings + "Easy Diffusion"));
        String json = """
            {"prompt": "a fox", "negativePrompt": "blurry", "seed": 5, "steps": 20, "cfg_scale": 6, "width": 64,
             "height": 72, "sampler": "k_euler_a", "model": "fox.safetensors"}\
            """;
        assertThat(GenerationParameters.find(png("parameters", json)))
                .contains(parameters("a fox", "blurry", settings + "another program"));
        assertThat(GenerationParameters.find(
                        png("Dream", "\"a fox [blurry]\" -s 20 -S 5 -W 64 -H 72 -C 6 -A k_euler_a")))
                .contains(parameters("a fox", "blurry", settings.replace("\nModel: fox", "") + "InvokeAI"));
        assertThat(GenerationParameters.find(png("parameters", "{\"model\": \"x\"}")))
                .isEmpty();
        assertThat(GenerationParameters.find(png("parameters", "{a|b} fox")))
                .contains(GenerationParameters.of("{a|b} fox", ""));
        String second = """
            {"v4_prompt": {"caption": {"base_caption": "a fox"}}, "uc": "blurry", "steps": 20, "seed": 5}\
            """;
        assertThat(GenerationParameters.find(png("Software", "NovelAI", "Comment", second)))
                .contains(parameters("a fox", "blurry", "Steps: 20\nSeed: 5\nVersion: NovelAI"));
    }

    private static void harmless(String key, String text) {
        byte[] file = png(key, text);
        assertThatCode(() -> GenerationParameters.find(file).map(GenerationParameters::toText))
                .as(text)
                .doesNotThrowAnyException();
    }

    private static List<byte[]> files() {
        return List.of(
                png("prompt", COMFY),
                png("prompt", COMFY_IN_PARTS),
                png("parameters", FOOOCUS),
                png("invokeai_metadata", INVOKE),
                png("sd-metadata", EARLY_INVOKE),
                png("Description", "a fox", "Comment", NOVEL));
    }

    private static GenerationParameters parameters(String prompt, String negative, String lines) {
        GenerationParameters parameters = GenerationParameters.of(prompt, negative);
        for (String line : lines.split("\n", -1)) {
            String[] setting = line.split(": ", 2);
            parameters = parameters.with(setting[0], setting[1]);
        }
        return parameters;
    }

    /** A picture with texts under keywords. */
    private static byte[] png(String... texts) {
        byte[] plain = new Png().encode(new Image(8, 8, new byte[192]), Optional.empty());
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        int afterHeader = Png.SIGNATURE.length + 25;
        file.writeBytes(Arrays.copyOf(plain, afterHeader));
        for (int i = 0; i < texts.length; i += 2) {
            byte[] content = (texts[i] + "\0" + texts[i + 1]).getBytes(ISO_8859_1);
            file.writeBytes(ByteBuffer.allocate(8)
                    .putInt(content.length)
                    .put("tEXt".getBytes(ISO_8859_1))
                    .array());
            file.writeBytes(content);
            file.writeBytes(new byte[4]); // Nobody checks the sums of texts.
        }
        file.writeBytes(Arrays.copyOfRange(plain, afterHeader, plain.length));
        return file.toByteArray();
    }
}
