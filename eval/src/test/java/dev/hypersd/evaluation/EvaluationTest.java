package dev.hypersd.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.judge.FeatureKind;
import dev.hypersd.judge.detection.AttributeReader;
import dev.hypersd.judge.detection.BackboneConfig;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluationTest {
    private static final String CONFIG = """
        {"_class_name": "AttributeReader", "block_out_channels": [8, 8], "layers_per_block": [1, 1]}\
        """;

    private static final int PROMPTS = 6;

    @TempDir
    private static Path judgesFolder;

    @TempDir
    private Path out;

    @BeforeAll
    static void writeAJudge() throws IOException {
        Path folder = Files.createDirectories(judgesFolder.resolve("attributes"));
        Files.writeString(folder.resolve("config.json"), CONFIG);
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                Parameters parameters = new Parameters(new RandomParameters(1, Dtype.F32, arena));
                new AttributeReader(new BackboneConfig(List.of(8, 8), List.of(1, 1), 8), parameters);
                Map<String, Tensor> weights = new LinkedHashMap<>();
                parameters.taken().forEach((name, parameter) -> weights.put(name, parameter.base()));
                SafetensorsWriter.write(
                        folder.resolve("diffusion_pytorch_model.safetensors"), weights, Map.of("format", "pt"));
            }
            return 0;
        });
    }

    @Test
    void anInterruptedRunContinuesAndGivesTheSameReport() throws IOException {
        String whole = withoutTime(evaluate(ImageSource.groundTruth(), out.resolve("whole")));

        Path cut = out.resolve("cut");
        AtomicInteger left = new AtomicInteger(2);
        ImageSource failing = batch -> {
            if (left.getAndDecrement() == 0) {
                throw new IllegalStateException("the power fails");
            }
            return ImageSource.groundTruth().pictures(batch);
        };
        assertThatThrownBy(() -> evaluate(failing, cut)).hasMessage("the power fails");
        // The last line was being written.
        Path judgements = files("model-", cut).getFirst();
        String lines = Files.readString(judgements);
        Files.writeString(judgements, lines.substring(0, lines.length() - 20));

        List<Long> seeds = new ArrayList<>();
        ImageSource counting = batch -> {
            seeds.add(batch.seed());
            return ImageSource.groundTruth().pictures(batch);
        };
        assertThat(withoutTime(evaluate(counting, cut))).isEqualTo(whole);
        // The batch whose last line was lost, the third one, and the first prompt's repetitions.
        assertThat(seeds).containsExactly(7L, 9L, 10_000_005L, 20_000_005L, 30_000_005L);
    }

    @Test
    void sharesThatWereJudgedElsewhereGiveTheSameReportWithoutDrawing() {
        String whole = withoutTime(evaluate(ImageSource.groundTruth(), out.resolve("whole")));

        Path folder = out.resolve("shared");
        List<Path> shares = IntStream.rangeClosed(1, 3)
                .mapToObj(i -> folder.resolve("share-" + i))
                .toList();
        try (Judges judges = Judges.open(judgesFolder)) {
            for (int i = 1; i <= 3; i++) {
                evaluation(judges)
                        .share(Share.parse(i + "/3"))
                        .judged("scenes", ImageSource.groundTruth(), shares.get(i - 1), left -> {});
            }
            evaluation(judges).takeUp("scenes", folder, shares);
            evaluation(judges).takeUp("scenes", folder, shares); // Again, which adds nothing.
        }
        ImageSource none = batch -> {
            throw new IllegalStateException("everything is judged");
        };
        assertThat(withoutTime(evaluate(none, folder))).isEqualTo(whole);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0/3", "4/3", "3", "a/b", "1/0"})
    void otherSharesAreRefused(String text) {
        assertThatThrownBy(() -> Share.parse(text))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("a share is written NUMBER/COUNT, for example 3/8, not \"%s\"".formatted(text));
    }

    private static List<Path> files(String beginning, Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith(beginning))
                    .toList();
        }
    }

    @Test
    void theDistancesOfTheGroundTruthToItselfAreZero() {
        Report report = evaluate(ImageSource.groundTruth(), out);
        for (String title : List.of("FID", "attribute accuracy", "diversity")) {
            assertThat(figure(report, "model", title)).as(title).isEqualTo(figure(report, "ground truth", title));
        }
        assertThat(figure(report, "model", "FID")).isEqualTo(figure(report, "reconstruction", "FID"));
        assertThat(figure(report, "model", "diversity")).isPositive();
        assertThat(report.table()).contains("attribute accuracy", "FID", "- prompts: test, 6, fingerprint");
    }

    @Test
    void errorsOfTheAutoencoderShowInTheReconstructionColumn() {
        try (Judges judges = Judges.open(judgesFolder)) {
            Report report = report(judges, ImageSource.groundTruth(), EvaluationTest::black, out);
            double groundTruth = figure(report, "ground truth", "FID");
            assertThat(figure(report, "reconstruction", "FID")).isGreaterThan(groundTruth);
            assertThat(figure(report, "model", "FID")).isEqualTo(groundTruth);
        }
    }

    @Test
    void anAestheticHeadWithoutItsClipIsRefused() throws IOException {
        Path folder = out.resolve("judges");
        for (Path file : List.of(Path.of("config.json"), Path.of("diffusion_pytorch_model.safetensors"))) {
            Files.createDirectories(folder.resolve("attributes"));
            Files.copy(
                    judgesFolder.resolve("attributes").resolve(file),
                    folder.resolve("attributes").resolve(file));
        }
        Files.createDirectories(folder.resolve("aesthetic"));
        Files.writeString(folder.resolve("aesthetic/config.json"), "{}");
        assertThatThrownBy(() -> Judges.open(folder))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage("%s: scores the embeddings of a CLIP, and there is none in %s"
                        .formatted(folder.resolve("aesthetic"), folder.resolve("clip")));
    }

    @Test
    void aFolderWithoutJudgesIsRefused() {
        assertThatThrownBy(() -> Judges.open(out))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage(out + ": has no judges; each is in a folder of its name, such as clip or attributes");
    }

    @Test
    void anFidOfNoMoreImagesThanFeaturesIsWarnedOf() {
        // The attribute reader of these tests has 8 features.
        Report few = evaluate(ImageSource.groundTruth(), out);
        assertThat(few.table()).contains("Warning: the FID of 6 images on 8 features is rank-deficient");
        assertThat(few.json()).contains("the FID of 6 images on 8 features is rank-deficient");
        assertThat(warnings(8)).anyMatch(warning -> warning.startsWith("the FID of 8 images on 8 features"));
        assertThat(warnings(9)).isEmpty();
    }

    private List<String> warnings(int prompts) {
        try (Judges judges = Judges.open(judgesFolder)) {
            Evaluation evaluation =
                    new Evaluation(judges, TestPrompt.range(0, prompts), 1, 4, 5, Optional.empty(), Statistics.HERE);
            ReferenceImages references = evaluation.scenes("scenes", UnaryOperator.identity(), out, left -> {});
            return evaluation
                    .result(evaluation.judged("scenes", ImageSource.groundTruth(), out, left -> {}), references)
                    .warnings();
        }
    }

    @Test
    void judgementsThatAnEarlierVersionKeptAreRefused() throws IOException {
        evaluate(ImageSource.groundTruth(), out);
        Path file = files("reference-", out).getFirst();
        Files.writeString(file, "{\"subject\":\"reference, judges 01234567\"}\n");
        assertThatThrownBy(() -> evaluate(ImageSource.groundTruth(), out))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(file + " was written by another version of this program; name another output");
    }

    @Test
    void judgementsDoNotDependOnTheBatch() {
        List<TestPrompt> prompts = TestPrompt.range(0, 4);
        PromptBatch together = new PromptBatch(prompts, 0, 0);
        try (Judges judges = Judges.open(judgesFolder)) {
            List<Judgement> judged =
                    judges.judge(ImageSource.groundTruth().pictures(together).images(), together, OptionalDouble.of(1));
            for (int i = 0; i < prompts.size(); i++) {
                PromptBatch alone = new PromptBatch(List.of(prompts.get(i)), 0, 0);
                Judgement one = judges.judge(
                                ImageSource.groundTruth().pictures(alone).images(), alone, OptionalDouble.of(1))
                        .getFirst();
                assertThat(one.outcomes()).isEqualTo(judged.get(i).outcomes());
                // Convolutions add up in another order in batches.
                assertThat(one.features().get(FeatureKind.ATTRIBUTES))
                        .containsExactly(judged.get(i).features().get(FeatureKind.ATTRIBUTES), within(1e-5F));
            }
        }
    }

    @Test
    void theTeacherErrorOfTheTeacherIsZero() {
        ImageSource teacher = ImageSource.groundTruth();
        try (Judges judges = Judges.open(judgesFolder)) {
            Evaluation evaluation =
                    new Evaluation(judges, TestPrompt.range(0, 4), 1, 2, 5, Optional.of(teacher), Statistics.HERE);
            ReferenceImages references = evaluation.scenes("scenes", UnaryOperator.identity(), out, left -> {});
            EvaluationResult itself = evaluation.result(
                    evaluation.judged("teacher", teacher, out.resolve("teacher"), left -> {}), references);
            ImageSource dark = ImageSource.groundTruth().then(EvaluationTest::black);
            EvaluationResult black =
                    evaluation.result(evaluation.judged("black", dark, out.resolve("black"), left -> {}), references);

            assertThat(itself.value("teacher MSE")).hasValue(0);
            // Of the pictures that count, the mean square of pixels that are one away from black.
            double expected = TestPrompt.range(0, 4).stream()
                    .flatMapToDouble(prompt -> squaresAboveBlack(
                            Scenes.of(Split.TEST, 4).get(prompt.number()).image()))
                    .average()
                    .orElseThrow();
            assertThat(black.value("teacher MSE").orElseThrow()).isCloseTo(expected, within(1e-5));
            assertThat(Objects.requireNonNull(references.beside().get("ground truth"))
                            .value("teacher MSE"))
                    .isEmpty();
        }
    }

    private static DoubleStream squaresAboveBlack(Image image) {
        byte[] rgb = image.rgb();
        return IntStream.range(0, rgb.length)
                .mapToDouble(i -> Byte.toUnsignedInt(rgb[i]) / 127.5)
                .map(value -> value * value);
    }

    @Test
    void otherSubjectsHaveAnotherFileOfJudgements() throws IOException {
        evaluate(ImageSource.groundTruth(), out);
        try (Judges judges = Judges.open(judgesFolder)) {
            var _ = evaluation(judges).scenes("another", UnaryOperator.identity(), out, left -> {});
        }
        assertThat(files("reconstruction-", out)).hasSize(2);
        assertThat(files("reference-", out)).hasSize(1);
    }

    private Report evaluate(ImageSource generator, Path folder) {
        try (Judges judges = Judges.open(judgesFolder)) {
            return report(judges, generator, UnaryOperator.identity(), folder);
        }
    }

    private static double figure(Report report, String column, String title) {
        return Objects.requireNonNull(
                Objects.requireNonNull(report.columns().get(column)).get(title));
    }

    private static Report report(
            Judges judges, ImageSource generator, UnaryOperator<List<Image>> autoencoder, Path folder) {
        Evaluation evaluation = evaluation(judges);
        ReferenceImages references = evaluation.scenes("scenes", autoencoder, folder, left -> {});
        EvaluationResult result =
                evaluation.result(evaluation.judged("scenes", generator, folder, left -> {}), references);
        Protocol protocol =
                Protocol.of(PromptSet.scenes(PROMPTS), List.of(5L), List.of(), judges, references, "hypersd test");
        return Report.of("scenes", result, references, protocol);
    }

    private static Evaluation evaluation(Judges judges) {
        return new Evaluation(judges, TestPrompt.range(0, PROMPTS), 1, 2, 5, Optional.empty(), Statistics.HERE);
    }

    private static String withoutTime(Report report) {
        return report.json().replaceAll("\"ms per image\" : \\S+", "");
    }

    private static List<Image> black(List<Image> images) {
        return images.stream()
                .map(image -> new Image(image.width(), image.height(), new byte[image.rgb().length]))
                .toList();
    }
}
