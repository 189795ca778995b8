package dev.hypersd.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.DOUBLE;

import dev.hypersd.data.ImageFolderWriter;
import dev.hypersd.degradation.ChosenPairs;
import dev.hypersd.image.Image;
import dev.hypersd.judge.detection.AttributeReader;
import dev.hypersd.judge.preference.PreferenceJudge;
import dev.hypersd.judge.reward.AestheticJudge;
import dev.hypersd.judge.reward.ClipJudge;
import dev.hypersd.model.ModelPart;
import dev.hypersd.model.Network;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JudgeRecipesTest {
    private static final String TRAINING = """
            data: {scenes: 64, size: 32}
            training: {steps: 3, batch: 4, precision: mixed}
            every: {checkpoint: 100, validation: 3, sample: 0}
            optimiser: {method: muon, learning_rate: 0.001}
            """;

    private static final Path TINY_CLIP = Path.of(System.getProperty("hypersd.reference"), "scorers/clip_score/model");

    private static final Image PICTURE = Scenes.of(Split.TRAIN, 1).get(0).image();

    @TempDir
    private Path folder;

    private final Map<String, Double> measured = new HashMap<>();

    @ParameterizedTest
    @ValueSource(strings = {"attributes", "clip", "segmentation", "aesthetic", "preference"})
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
        Path result = clip();
        try (TensorArena arena = new TensorArena()) {
            assertThat(ClipJudge.open(result, arena).scores(List.of(PICTURE), List.of("a red star")))
                    .singleElement(DOUBLE)
                    .isBetween(-100.0, 100.0);
        }
    }

    @Test
    void anAestheticHeadIsTrainedOnAClipAndItsAccuracyIsMeasured() throws IOException {
        Path clip = clip();
        Path model = Files.createDirectories(folder.resolve("head"));
        Files.writeString(model.resolve("config.json"), """
                {"_class_name": "AestheticHead", "widths": [24, 8, 1]}""");
        Path result = train("aesthetic", model, "clip: " + clip + "\n");
        assertThat(measured).containsKey("AestheticHead/held-out accuracy");
        try (TensorArena arena = new TensorArena()) {
            AestheticJudge judge = AestheticJudge.open(result, ClipJudge.open(clip, arena), arena);
            assertThat(judge.scores(List.of(PICTURE, PICTURE), List.of("", ""))).hasSize(2);
        }
    }

    @Test
    void aPreferenceModelIsTrainedAndItsAccuraciesAreMeasured() throws IOException {
        Path model = Files.createDirectories(folder.resolve("model"));
        Files.writeString(model.resolve("config.json"), """
                {"_class_name": "PreferenceModel", "head": [8, 1],
                 "vit": {"img_size": 32, "patch_size": 16, "embed_dim": 8, "depth": 1, "num_heads": 2},
                 "med_config": {"vocab_size": VOCABULARY, "max_position_embeddings": 40, "hidden_size": 8,
                  "intermediate_size": 16,
                                "num_hidden_layers": 1, "num_attention_heads": 2}}""".replace(
                "VOCABULARY", Integer.toString(ClipTokenizer.open(TINY_CLIP).vocabularySize())));
        Path result = train("preference", model, "tokenizer: " + TINY_CLIP + "\n");
        assertThat(measured)
                .containsKeys(
                        "PreferenceModel/held-out accuracy",
                        "PreferenceModel/held-out degraded accuracy",
                        "PreferenceModel/held-out wrong accuracy")
                .allSatisfy((name, value) -> assertThat(value).isFinite());
        try (TensorArena arena = new TensorArena()) {
            PreferenceJudge judge = PreferenceJudge.open(result, arena);
            assertThat(judge.scores(List.of(PICTURE, PICTURE), List.of("a red star", "a blue star at night")))
                    .hasSize(2);
        }
    }

    @Test
    void judgesLearnFromOwnPicturesAndFromPairsBetweenWhichPeopleHaveChosen() throws IOException {
        Path own = folder.resolve("own");
        new ImageFolderWriter()
                .write(own, new Scenes(Split.TRAIN, 6, 32, Optional.empty(), 0).map(Sample::captioned), (_, _) -> {});
        String ownData = TRAINING.replace("scenes: 64", "folder: %s, held_out: 2".formatted(own));
        Path clip = clip(ownData);
        assertThat(measured).containsKey("CLIPModel/held-out accuracy");

        Files.writeString(own.resolve("pairs.jsonl"), """
                {"prompt": "a red star", "chosen": "00000000.png", "rejected": "00000001.png"}
                {"prompt": "a cat", "chosen": "00000002.png", "rejected": "00000003.png"}
                """.repeat(3));
        String pairs = TRAINING.replace("scenes: 64", "pairs: %s/pairs.jsonl, held_out: 2".formatted(own));
        for (String data : List.of(ownData, pairs)) {
            measured.clear();
            Path model = Files.createDirectories(folder.resolve("head-" + data.hashCode()));
            Files.writeString(model.resolve("config.json"), """
                    {"_class_name": "AestheticHead", "widths": [24, 8, 1]}""");
            train("aesthetic", model, "clip: " + clip + "\n", data);
            assertThat(measured).containsKey("AestheticHead/held-out accuracy");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | has no pairs",
                "{\"prompt\": \"a\", \"chosen\": \"1.png\"} | pairs.jsonl, line 1: chosen is",
                "{\"chosen\": \"1.png\", \"rejected\": \"1.png\"} | pairs.jsonl, line 1: prompt is missing",
            })
    void pairsThatCannotBeReadAreRefused(String text, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("pairs.jsonl"), text + "\n");
        assertThatThrownBy(() -> ChosenPairs.open(file, 32)).hasMessageContaining(message.strip());
    }

    @Test
    void onlyScenesTrainTheAttributeReader() throws IOException {
        Path recipe = Files.writeString(folder.resolve("recipe.yaml"), """
                objective: attributes
                model: model
                output: run
                data: {folder: photos}
                """);
        assertThatThrownBy(() -> Recipe.read(recipe, List.of()))
                .hasMessageContaining(
                        "data.folder cannot train this judge, which needs the attributes that only scenes");
    }

    private Path clip() throws IOException {
        return clip(TRAINING);
    }

    private Path clip(String training) throws IOException {
        Path model = Files.createDirectories(folder.resolve("clip"));
        String config =
                Files.readString(TINY_CLIP.resolve("config.json")).replace("\"image_size\": 224", "\"image_size\": 32");
        Files.writeString(model.resolve("config.json"), config);
        return train("clip", model, "tokenizer: " + TINY_CLIP + "\n", training);
    }

    private Path train(String objective, Path model, String more) throws IOException {
        return train(objective, model, more, TRAINING);
    }

    private Path train(String objective, Path model, String more, String training) throws IOException {
        Path recipe = folder.resolve("recipe.yaml");
        Files.writeString(
                recipe,
                "objective: %s\nmodel: %s\noutput: %s\n"
                                .formatted(objective, model, folder.resolve("run-" + model.getFileName()))
                        + more
                        + training);
        TrainingListener listener = new TrainingListener() {
            @Override
            public void measured(long step, Map<String, Double> values) {
                measured.putAll(values);
            }
        };
        Run run = new Run(Recipe.read(recipe, List.of()), false, List.of(listener));
        assertThat(run.carryOut()).isTrue();
        return run.result();
    }
}
