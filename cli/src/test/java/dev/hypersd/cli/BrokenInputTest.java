package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Files that are not what they should be, and places that cannot be written to: a sentence each, and nothing left
 * behind.
 */
class BrokenInputTest {
    private static final Path MODELS =
            Path.of(System.getProperty("hypersd.reference")).resolve("pipelines/models");
    private static final Path SD15 = MODELS.resolve("sd15");
    private static final Path LORA = MODELS.resolve("loras/sd15-a-kohya.safetensors");

    @TempDir
    Path folder;

    private Path pictures = Path.of("");

    @BeforeEach
    void aPlaceForPictures() throws IOException {
        Console.verbose(false);
        pictures = Files.createDirectory(folder.resolve("pictures"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    text_encoder/model.safetensors                | the encoded prompt is not finite
                    unet/diffusion_pytorch_model.safetensors      | the U-Net's prediction in step 1 of 1 is not finite
                    vae/diffusion_pytorch_model.safetensors       | the decoded picture is not finite
                    """)
    void weightsOfNanAreReportedWithTheStageThatFails(String weights, String sentence) throws IOException {
        Path model = tiny();
        breakNumbers(model.resolve(weights));
        assertFailure(2, sentence, generate(model, "--sampler=ddim"));
    }

    @Test
    void aTruncatedLoraIsNamed() throws IOException {
        byte[] whole = Files.readAllBytes(LORA);
        Path lora = Files.write(folder.resolve("style.safetensors"), Arrays.copyOf(whole, whole.length / 2));
        assertFailure(1, "style.safetensors: ", generate(SD15, "--lora", lora.toString()));
    }

    @Test
    void aLoraThatFitsPartlyIsRefusedOrAppliedByChoiceAndTheRestIsNamedOnce() throws IOException {
        Path lora = folder.resolve("style.safetensors");
        Engine.infer(() -> {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            try (SafetensorsFile file = SafetensorsFile.open(LORA)) {
                file.names()
                        .forEach(name ->
                                tensors.put(name, file.find(name).orElseThrow().load()));
                tensors.put("lora_unet_elsewhere.lora_down.weight", Tensors.of(new float[4], 1, 4));
                tensors.put("lora_unet_elsewhere.lora_up.weight", Tensors.of(new float[4], 4, 1));
                SafetensorsWriter.write(lora, tensors, Map.of());
            }
            return lora;
        });
        assertFailure(1, "style.safetensors", generate(SD15, "--lora", lora.toString()));
        Outcome outcome = generate(SD15, "--lora", lora.toString(), "--lora-partial", "--count", "2");
        assertThat(outcome.code()).isZero();
        assertThat(outcome.err())
                .containsOnlyOnce("warning: LoRA style.safetensors: 1 of its modules do not fit and are left out"
                        + " (first: lora_unet_elsewhere: there is no such layer)");
    }

    @Test
    void aPromptThatIsCutIsNamedOnceForAllPictures() {
        String prompt = "sea ".repeat(90) + "and the very last words";
        Outcome outcome = Outcome.of(
                "generate",
                prompt,
                "--model=" + SD15,
                "--size=64",
                "--steps=1",
                "--count=4",
                "--batch=2",
                "--seed=1",
                "--out=" + pictures.resolve("{seed}.png"));
        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).containsOnlyOnce("warning: the prompt is longer than the 77 tokens");
    }

    @Test
    void eachOddityOfAModelIsReportedOnce() throws IOException {
        Path model = tiny();
        for (String part : List.of("unet", "vae")) {
            Path config = model.resolve(part).resolve("config.json");
            Files.writeString(config, Files.readString(config).replaceFirst("\\{", "{\"odd_" + part + "\": 1,"));
        }
        Engine.infer(() -> addTensor(model.resolve("unet/diffusion_pytorch_model.safetensors"), "odd.weight"));
        PrintStream usual = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertThat(generate(model, "--count=2", "--batch=1").code()).isZero();
        } finally {
            System.setErr(usual);
        }
        assertThat(said.toString(StandardCharsets.UTF_8))
                .containsOnlyOnce("unknown keys are ignored: [odd_unet]")
                .containsOnlyOnce("unknown keys are ignored: [odd_vae]")
                .containsOnlyOnce("1 tensors belong to no layer and are ignored: odd.weight");
    }

    private static Path addTensor(Path file, String name) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        try (SafetensorsFile stored = SafetensorsFile.open(file)) {
            stored.names()
                    .forEach(tensor -> tensors.put(
                            tensor, stored.find(tensor).orElseThrow().load()));
            tensors.put(name, Tensors.of(new float[1], 1));
            SafetensorsWriter.write(file, tensors, Map.of());
        }
        return file;
    }

    @Test
    void aMissingVariantIsRefusedWithTheExistingOnes() throws IOException {
        Path model = tiny();
        assertFailure(
                2,
                "has no weights of variant fp16; there is no variant, leave it out",
                generate(model, "--variant=fp16"));
        Path weights = model.resolve("unet/diffusion_pytorch_model.safetensors");
        Files.move(weights, weights.resolveSibling("diffusion_pytorch_model.fp16.safetensors"));
        assertFailure(1, "there only as variant fp16", generate(model));
        assertFailure(2, "has no weights of variant fp17; it has fp16", generate(model, "--variant=fp17"));
        assertThat(generate(model, "--variant=fp16").code()).isZero();
    }

    @Test
    void requestsBeyondAllMemoryAreRefusedBeforeTheyAreTried() throws IOException {
        Outcome outcome = generate(tiny(), "--size=8192", "--count=10000", "--batch=10000");
        assertFailure(2, "a batch of 10000 pictures of 8192x8192 takes about", outcome);
    }

    @Test
    void aPictureThatCannotBeWrittenLeavesNothingBehind() throws IOException {
        assertFailure(1, "cannot be written", generate(tiny(), "--out=" + pictures.resolve("a".repeat(300) + ".png")));
        Path taken = Files.createDirectory(folder.resolve("1.png"));
        assertFailure(
                2,
                "--out names a directory, not a picture: " + taken,
                generate(SD15, "--out=" + folder.resolve("{seed}.png")));
        assertThat(taken).isEmptyDirectory();
    }

    private void assertFailure(int code, String sentence, Outcome outcome) {
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(code);
        assertThat(outcome.err()).contains("hypersd: ").contains(sentence).doesNotContain("\tat ");
        assertThat(outcome.out()).isEmpty();
        assertThat(pictures).isEmptyDirectory();
    }

    private Outcome generate(Path model, String... options) {
        List<String> arguments = new ArrayList<>(List.of("generate", "a boat", "--model=" + model, "--seed=1"));
        arguments.addAll(List.of(options));
        addUnlessGiven(arguments, "--steps", "1");
        addUnlessGiven(arguments, "--size", "64");
        addUnlessGiven(arguments, "--out", pictures.resolve("{seed}.png").toString());
        return Outcome.of(arguments.toArray(String[]::new));
    }

    private static void addUnlessGiven(List<String> arguments, String option, String value) {
        if (arguments.stream().noneMatch(argument -> argument.startsWith(option))) {
            arguments.add(option + "=" + value);
        }
    }

    private Path tiny() {
        Path model = folder.resolve("tiny");
        RandomModel.write(model, ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
        return model;
    }

    /** Makes every number of a safetensors file NaN and leaves the header as it is. */
    private static void breakNumbers(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        Arrays.fill(bytes, Math.toIntExact(Long.BYTES + header), bytes.length, (byte) 0xff);
        Files.write(file, bytes);
    }
}
