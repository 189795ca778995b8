package dev.hypersd.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.controlnet.ControlNet.ResidualScaling;
import dev.hypersd.data.CaptionedImage;
import dev.hypersd.data.Dataset;
import dev.hypersd.data.Origin;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.model.ModelSource;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.NetworkType;
import dev.hypersd.model.RandomModel;
import dev.hypersd.nn.Parameter;
import dev.hypersd.objective.ControlNetObjective.Controlled;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.preprocess.Preprocessor;
import dev.hypersd.request.Control;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Checkpoints;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.OptimiserSettings.LearningRate;
import dev.hypersd.training.Trainer;
import dev.hypersd.training.TrainingListener;
import dev.hypersd.training.TrainingListener.StepReport;
import dev.hypersd.training.TrainingSettings;
import dev.hypersd.training.TrainingSettings.Precision;
import dev.hypersd.unet.Conditioning;
import dev.hypersd.unet.Conditioning.Residuals;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlNetObjectiveTest {
    private static final int STEPS = 6;

    /** So many that both kinds of updates occur several times. */
    private static final int SPLIT_STEPS = 12;

    private static final int SIZE = 64;
    private static final List<Integer> CHANNELS = List.of(4, 4, 4, 8);

    @TempDir
    static Path shared;

    private static Path model;

    @TempDir
    Path folder;

    private Optional<Path> fewSteps = Optional.empty();

    /** The reports of all steps. */
    private final List<Map<String, Double>> reported = new ArrayList<>();

    @BeforeAll
    static void writeModel() {
        model = shared.resolve("model");
        RandomModel.write(model, ModelTemplate.TINY, 1, Dtype.F16, (written, total) -> {});
    }

    @Test
    void aNewControlNetIsACopyWithoutEffect() {
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                var unet = StartedNetwork.stored(
                        NetworkType.UNET, ModelFiles.open(model).part("unet"), arena);
                NewControlNet beside = NewControlNet.of(unet, CHANNELS, OptionalInt.empty(), 1, arena);
                int text = unet.network().config().textChannels();
                Residuals residuals = beside.network()
                        .forward(
                                Tensors.empty(1, 4, 8, 8).fill_(new Scalar(0.5)),
                                Tensors.of(new float[] {500}, 1),
                                Conditioning.of(Tensors.empty(1, 3, text).zero_()),
                                beside.network()
                                        .embed(Tensors.empty(1, 3, SIZE, SIZE).zero_()),
                                1,
                                ResidualScaling.UNIFORM);
                assertThat(residuals.tensors()).allMatch(t -> t.abs().max().item_double() == 0);
                assertThat(base(beside.parameters()).equal(base(unet.parameters())))
                        .isTrue();
            }
            return model;
        });
    }

    @Test
    void aControlNetTrainedInFullIsAFolderThatPipelinesUse() throws IOException {
        List<Double> losses = train(OptionalInt.empty());

        assertThat(losses.getLast()).isLessThan(losses.getFirst());
        assertThat(folder.resolve("published/config.json")).exists();
        assertFollowed(folder.resolve("published"));
    }

    @Test
    void aControlNetTrainedInLowRankIsASmallFileThatPipelinesUse() throws IOException {
        train(OptionalInt.empty(), 1);
        long whole = Files.size(folder.resolve("published/diffusion_pytorch_model.safetensors"));
        List<Double> losses = train(OptionalInt.of(2));

        assertThat(losses.getLast()).isLessThan(losses.getFirst());
        Path file = folder.resolve("published/controlnet.safetensors");
        assertThat(Files.size(file)).isLessThan(whole / 2);
        assertFollowed(file);
    }

    @Test
    void withAFewStepLoraHalfOfTheUpdatesAreForASingleStep() throws IOException {
        fewSteps = Optional.of(writeLora());
        train(OptionalInt.of(2), SPLIT_STEPS);

        List<Double> single = reports("controlnet/single step");
        List<Double> many = reports("controlnet/weighted");
        assertThat(single).hasSizeBetween(2, SPLIT_STEPS - 2).allMatch(Double::isFinite);
        assertThat(many).hasSize(SPLIT_STEPS - single.size());
        assertThat(single.getLast()).isLessThan(single.getFirst());
    }

    private List<Double> reports(String term) {
        return reported.stream()
                .flatMap(report -> Optional.ofNullable(report.get(term)).stream())
                .toList();
    }

    /** Of one layer. */
    private Path writeLora() {
        String layer = "mid_block.attentions.0.transformer_blocks.0.attn1.to_q";
        Path file = folder.resolve("few-steps.safetensors");
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                long[] shape = Optional.ofNullable(StartedNetwork.stored(
                                        NetworkType.UNET, ModelFiles.open(model).part("unet"), arena)
                                .parameters()
                                .get(layer + ".weight"))
                        .orElseThrow()
                        .shape();
                SafetensorsWriter.write(
                        file,
                        Map.of(
                                "unet." + layer + ".lora_A.weight",
                                Tensors.empty(1, shape[1]).fill_(new Scalar(0.1)),
                                "unet." + layer + ".lora_B.weight",
                                Tensors.empty(shape[0], 1).fill_(new Scalar(0.1))),
                        Map.of());
            }
            return file;
        });
        return file;
    }

    @Test
    void sampleSheetsHaveControlPicturesBelowOriginals() {
        try (ControlNetObjective objective = objective(OptionalInt.of(2), CHANNELS)) {
            assertThat(objective.show().values())
                    .singleElement()
                    .satisfies(sheet -> assertThat(sheet.height()).isGreaterThan(2 * SIZE));
        }
    }

    @Test
    void picturesThatBecomeAnotherSizeThanLatentsAreRefused() {
        assertThatThrownBy(() -> objective(OptionalInt.empty(), List.of(4, 8)).close())
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("2 numbers of channels make a picture 2 times smaller, latents are 8 times smaller");
    }

    @Test
    void theControlPictureOfAMirrorImageIsMirroredToo() {
        try (ControlNetObjective objective = objective(OptionalInt.of(2), CHANNELS)) {
            Dataset<Controlled> samples = objective.samples();
            List<Controlled> both = List.of(samples.get(0, 0), samples.get(0, 1));
            Image lines = samples.get(0).control();

            assertThat(both).extracting(sample -> sample.sample().isMirrored()).containsExactlyInAnyOrder(false, true);
            assertThat(both)
                    .allSatisfy(sample -> assertThat(sample.control())
                            .isEqualTo(
                                    sample.sample().isMirrored()
                                            ? Preprocessor.CANNY.apply(scene().mirrored())
                                            : lines));
        }
    }

    private static Image scene() {
        return scenes(Split.TRAIN).get(0).image();
    }

    private static Tensor base(Map<String, Parameter> parameters) {
        return Optional.ofNullable(parameters.get("mid_block.resnets.0.conv1.weight"))
                .orElseThrow()
                .base();
    }

    private static void assertFollowed(Path network) {
        Image lines = Preprocessor.CANNY.apply(scenes(Split.TEST).get(0).image());
        ImageRequest without =
                ImageRequest.of("a red cat").steps(2).size(SIZE, SIZE).build();
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(new ModelSource(model))) {
            Image plain = pipeline.generate(without).getFirst().image();
            ImageRequest followed =
                    without.toBuilder().control(Control.of(network, lines)).build();
            assertThat(pipeline.generate(followed).getFirst().image()).isNotEqualTo(plain);
        }
    }

    private List<Double> train(OptionalInt rank) throws IOException {
        return train(rank, STEPS);
    }

    private List<Double> train(OptionalInt rank, int steps) throws IOException {
        List<Double> losses = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void step(StepReport report) {
                losses.add(report.loss());
                reported.add(report.values());
            }
        };
        TrainingSettings settings =
                new TrainingSettings(1, steps, 4, 1, Precision.F32, new TrainingSettings.Intervals(steps, 0, 0));
        Path checkpoints = Files.createDirectories(folder.resolve("checkpoints" + rank.orElse(0)));
        try (ControlNetObjective objective = objective(rank, CHANNELS);
                Trainer<Controlled> trainer =
                        new Trainer<>(objective, settings, new Checkpoints(checkpoints, 1), List.of(listener))) {
            trainer.run();
            objective.publish(Files.createDirectories(folder.resolve("published")));
        }
        return losses;
    }

    private ControlNetObjective objective(OptionalInt rank, List<Integer> channels) {
        return new ControlNetObjective(
                ModelFiles.open(model),
                new ControlNetObjective.Settings(
                        Preprocessor.CANNY,
                        channels,
                        rank,
                        0.5,
                        new RatioRange(0, 5),
                        LossWeights.PLAIN,
                        fewSteps,
                        3,
                        0.5,
                        1),
                OptimiserSettings.usual(new LearningRate(1e-2, 0, STEPS, 1)),
                new Pictures(
                        scenes(Split.TRAIN).used(new Origin.Use(true, 1)),
                        scenes(Split.VALIDATION),
                        folder.resolve("latents"),
                        (done, total) -> {}));
    }

    private static Dataset<CaptionedImage> scenes(Split split) {
        return new Scenes(split, 4, SIZE, Optional.empty(), 0).map("captioned", Sample::captioned);
    }
}
