package dev.hypersd.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.judge.attributes.AttributeReader;
import dev.hypersd.judge.clip.ClipJudge;
import dev.hypersd.model.ModelPart;
import dev.hypersd.model.Network;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JudgeRecipesTest {
    private static final String TRAINING = """
            data: {scenes: 64, size: 32}
            training: {steps: 3, batch: 4}
            every: {checkpoint: 100, validation: 0, sample: 0}
            optimiser: {learning_rate: 0.001}
            """;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"attributes", "clip", "segmentation"})
    void theRecipesOfTheJudgesAreValid(String name) {
        Path file = Path.of("../recipes/mini/judges/" + name + ".yaml");
        assertThat(Recipe.read(file, List.of()).training().batch()).isPositive();
    }

    @Test
    void aReaderIsTrainedAndOpensAgain() throws IOException {
        Path model = Files.createDirectories(folder.resolve("model"));
        Files.writeString(model.resolve("config.json"), """
                {"_class_name": "AttributeReader", "block_out_channels": [8, 16], "layers_per_block": [1, 1]}""");
        Path result = train("attributes", model, "");
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                Network<AttributeReader> reader = ModelPart.in(result).load(AttributeReader.TYPE, Dtype.F32, arena);
                assertThat(reader.parameters()).isNotEmpty();
            }
            return 0;
        });
    }

    @Test
    void aClipIsTrainedAndJudgesWithItsTokenizer() throws IOException {
        Path tiny = Path.of(System.getProperty("hypersd.reference"), "scorers/clip_score/model");
        Path model = Files.createDirectories(folder.resolve("model"));
        String config =
                Files.readString(tiny.resolve("config.json")).replace("\"image_size\": 224", "\"image_size\": 32");
        Files.writeString(model.resolve("config.json"), config);
        Path result = train("clip", model, "tokenizer: " + tiny + "\n");
        try (TensorArena arena = new TensorArena()) {
            ClipJudge judge = ClipJudge.open(result, arena);
            assertThat(judge.score(Scenes.of(Split.TRAIN, 1).get(0).image(), "a red star"))
                    .isBetween(-100.0, 100.0);
        }
    }

    private Path train(String objective, Path model, String more) throws IOException {
        Path recipe = folder.resolve("recipe.yaml");
        Files.writeString(
                recipe,
                "objective: %s\nmodel: %s\noutput: %s\n".formatted(objective, model, folder.resolve("run"))
                        + more
                        + TRAINING);
        Run run = new Run(Recipe.read(recipe, List.of()), false, List.of());
        assertThat(run.carryOut()).isTrue();
        return run.result();
    }
}
