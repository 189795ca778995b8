package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.json.Json;
import dev.hypersd.mini.EmbeddedModel;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * The recipes of the paper, run as their comments say: with random weights of the full size on small pictures, and with
 * the embedded model in place of all others:
 * {@code ./mvnw test -pl cli -am -Dtest=PaperRecipesTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dhypersd.tests.excluded=}
 */
class PaperRecipesTest {
    private static final Path RECIPES = Path.of("../recipes/paper");
    private static final List<String> LORAS = List.of(
            "lcm-lora-sdv1-5",
            "TCD-SD15-LoRA",
            "Hyper-SD15-1step-lora",
            "lcm-lora-sdxl",
            "TCD-SDXL-LoRA",
            "sdxl_lightning_4step_lora",
            "Hyper-SDXL-4steps-lora");
    private static final List<String> UNETS = List.of("sdxl_lightning_1step_unet_x0", "Hyper-SDXL-1step-Unet");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"one-step, 6", "table-2, 18"})
    void aDryRunNamesEveryFileOfAnEmptyFolder(String recipe, int files) {
        Outcome outcome =
                Outcome.of("compare", RECIPES + "/" + recipe + ".yaml", "--set=weights=" + folder, "--dry-run");
        assertThat(outcome.code()).isEqualTo(1);
        List<String> named = outcome.out()
                .lines()
                .filter(line -> line.startsWith("  "))
                .map(line -> line.strip().replaceAll("[:( ].*", ""))
                .distinct()
                .toList();
        assertThat(named).hasSize(files).allMatch(name -> name.startsWith(folder.toString()));
    }

    @Test
    void theOneStepPairRunsOnTheEmbeddedModelWithItsJudges() throws IOException {
        Files.createSymbolicLink(folder.resolve("sdxl"), EmbeddedModel.folder());
        for (String name : UNETS) {
            Files.createSymbolicLink(
                    folder.resolve(name + ".safetensors"),
                    weights(EmbeddedModel.folder().resolve("unet")));
        }
        JsonNode results = run("one-step", "--set=defaults.prediction=epsilon");
        assertThat(results.at("/methods/1/differences").propertyNames()).contains("CLIP score", "aesthetic score");
        assertThat(results.at("/protocol/prompts/captions").asString()).isEqualTo("first");
    }

    /** Their pictures are noise. */
    @Test
    void everyRowOfTheTableIsDrawnByTinyModels() throws IOException {
        Path models = Path.of(System.getProperty("hypersd.reference")).resolve("pipelines/models");
        for (String name : List.of("sd15", "perflow-sd15", "sdxl", "sdxl-turbo")) {
            Path model = models.resolve(name.contains("sd15") ? "sd15" : "sdxl");
            Files.createSymbolicLink(folder.resolve(name), model.toAbsolutePath());
        }
        for (String name : UNETS) {
            Files.createSymbolicLink(
                    folder.resolve(name + ".safetensors"),
                    weights(models.resolve("sdxl/unet")).toAbsolutePath());
        }
        for (String name : LORAS) {
            boolean isSmall = name.contains("SD15") || name.contains("sdv1");
            Files.createSymbolicLink(
                    folder.resolve(name + ".safetensors"),
                    models.resolve("loras/" + (isSmall ? "sd15-a-kohya" : "sdxl-a-kohya") + ".safetensors")
                            .toAbsolutePath());
        }
        JsonNode table = run("table-2", "--set=defaults.size=64x64");
        assertThat(table.path("methods")).hasSize(13);
        assertThat(table.at("/methods/12/subject").asString()).contains("Lcm", "1 steps", "guidance 0");
    }

    @Test
    @Tag("slow")
    void theRecipesRunOnRandomWeightsOfTheFullSize() throws IOException {
        RandomModel.write(folder.resolve("sd15"), ModelTemplate.SD15, 0, Dtype.F16, (written, total) -> {});
        RandomModel.write(folder.resolve("sdxl"), ModelTemplate.SDXL, 0, Dtype.F16, (written, total) -> {});
        Files.createSymbolicLink(folder.resolve("perflow-sd15"), folder.resolve("sd15"));
        Files.createSymbolicLink(folder.resolve("sdxl-turbo"), folder.resolve("sdxl"));
        for (String name : UNETS) {
            Files.createSymbolicLink(folder.resolve(name + ".safetensors"), weights(folder.resolve("sdxl/unet")));
        }
        for (String name : LORAS) {
            writeLora(folder.resolve(name + ".safetensors"));
        }
        String[] small = {"--set=defaults.size=64x64", "--set=defaults.weight_storage=as_stored"};
        JsonNode pair = run("one-step", small);
        assertThat(pair.path("methods")).hasSize(2);
        JsonNode table = run("table-2", small);
        assertThat(table.path("methods")).hasSize(13);
        assertThat(table.at("/methods/12/method").asString()).isEqualTo("Hyper-SDXL U-Net");
    }

    private static Path weights(Path network) throws IOException {
        try (Stream<Path> files = Files.list(network)) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** For the one layer that the middle blocks of SD 1.5 and of SDXL have in common. */
    private static void writeLora(Path file) {
        Engine.infer(() -> {
            String layer = "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_q.";
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            tensors.put(layer + "lora_A.weight", Tensors.empty(1, 1280).fill_(new org.bytedeco.pytorch.Scalar(0.01)));
            tensors.put(layer + "lora_B.weight", Tensors.empty(1280, 1).fill_(new org.bytedeco.pytorch.Scalar(0.01)));
            SafetensorsWriter.write(file, tensors, Map.of("format", "pt"));
            return file;
        });
    }

    /** Two captions, and the judges that come with the program. */
    private JsonNode run(String recipe, String... changes) throws IOException {
        Files.writeString(folder.resolve("captions_val2017.json"), """
                {"images": [{"id": 1, "file_name": "1.jpg"}, {"id": 2, "file_name": "2.jpg"}],
                 "annotations": [{"id": 1, "image_id": 1, "caption": "a red star"},
                                 {"id": 2, "image_id": 2, "caption": "two blue houses at night"}]}
                """);
        Path output = folder.resolve(recipe);
        List<String> arguments = Stream.concat(
                        Stream.of(
                                "compare",
                                RECIPES + "/" + recipe + ".yaml",
                                "--set=weights=" + folder,
                                "--set=judges=" + EmbeddedModel.judges(),
                                "--set=required_judges=[clip, aesthetic]",
                                "--set=output=" + output),
                        Stream.of(changes))
                .toList();
        Outcome dry = Outcome.of(
                Stream.concat(arguments.stream(), Stream.of("--dry-run")).toArray(String[]::new));
        assertThat(dry.out()).contains("Nothing is missing.", "In all: about ");
        assertThat(dry.code()).isZero();
        Outcome outcome = Outcome.of(arguments.toArray(String[]::new));
        assertThat(outcome.code()).as(outcome.err()).isZero();
        return Json.MAPPER.readTree(Files.readString(output.resolve("results.json")));
    }
}
