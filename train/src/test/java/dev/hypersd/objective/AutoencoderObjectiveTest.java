package dev.hypersd.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.data.Dataset;
import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.judge.detection.AttributeReader;
import dev.hypersd.model.ModelPart;
import dev.hypersd.model.NetworkType;
import dev.hypersd.objective.AutoencoderObjective.Part;
import dev.hypersd.objective.AutoencoderObjective.Perceptual;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.Checkpoints;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.OptimiserSettings.LearningRate;
import dev.hypersd.training.Trainer;
import dev.hypersd.training.TrainingListener;
import dev.hypersd.training.TrainingListener.StepReport;
import dev.hypersd.training.TrainingSettings;
import dev.hypersd.training.TrainingSettings.Precision;
import dev.hypersd.vae.AutoencoderKl;
import dev.hypersd.weights.SafetensorsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AutoencoderObjectiveTest {
    private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";

    /** Enough for pictures to be recognised. */
    private static final int STEPS = 60;

    /** Enough for every weight to have changed. */
    private static final int FEW_STEPS = 5;

    @TempDir
    Path folder;

    private Optional<Perceptual> perceptual = Optional.empty();

    /** The pictures that judges saw in all steps. */
    private final List<Double> seen = new ArrayList<>();

    @BeforeEach
    void writeConfiguration() throws Exception {
        Files.writeString(folder.resolve("config.json"), """
            {"_class_name": "AutoencoderKL", "block_out_channels": [8, 16], "norm_num_groups": 2,
             "layers_per_block": 1,
             "latent_channels": 4, "scaling_factor": 1.0}
            """);
    }

    @Test
    void picturesAreReconstructedAfterTraining() {
        List<Double> losses = new ArrayList<>();
        train(losses, folder.resolve("model"));

        assertThat(losses.subList(STEPS - 5, STEPS).stream()
                        .mapToDouble(x -> x)
                        .average()
                        .orElseThrow())
                .isLessThan(0.75 * losses.getFirst());
    }

    @Test
    void publishesAnAutoencoderWithLatentsOfUnitVariance() {
        Path model = folder.resolve("model");
        train(new ArrayList<>(), model, Part.ALL, FEW_STEPS);

        double deviation = Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                AutoencoderKl loaded = ModelPart.in(model)
                        .load(NetworkType.AUTOENCODER_KL, Dtype.F32, arena)
                        .network();
                List<Image> images =
                        List.of(pictures().get(0), pictures().get(1), pictures().get(2));
                return loaded.scale(loaded.posterior(ImageTensors.of(images)).mode())
                        .std()
                        .item_double();
            }
        });

        assertThat(Json.read(model.resolve("config.json")).number("scaling_factor", 1))
                .isNotEqualTo(1.0);
        assertThat(deviation).isCloseTo(1, within(0.2)); // Measured on other pictures than the scaling.
    }

    @Test
    void aDecoderIsTrainedForFixedLatents() {
        Path before = folder.resolve("before");
        try (AutoencoderObjective untrained = objective(Part.DECODER)) {
            untrained.publish(before);
        }
        Path after = folder.resolve("after");
        train(new ArrayList<>(), after, Part.DECODER, FEW_STEPS);

        Map<Boolean, List<String>> same = Engine.infer(() -> {
            try (SafetensorsFile first = SafetensorsFile.open(before.resolve(WEIGHTS));
                    SafetensorsFile second = SafetensorsFile.open(after.resolve(WEIGHTS))) {
                return first.names().stream()
                        .collect(Collectors.partitioningBy(
                                name -> load(first, name).equal(load(second, name))));
            }
        });
        assertThat(same.get(true))
                .isNotEmpty()
                .allMatch(name -> name.startsWith("encoder.") || name.startsWith("quant_conv."));
        assertThat(same.get(false)).isNotEmpty().allMatch(Part.DECODER::has);
        assertThat(Json.read(after.resolve("config.json")).number("scaling_factor", 1))
                .isEqualTo(1.0);
    }

    @Test
    void showsOriginalsAboveReconstructions() {
        try (AutoencoderObjective objective = objective(Part.ALL)) {
            Image shown = objective.show().get("reconstructions");

            assertThat(shown).isNotNull();
            assertThat(shown.height()).isGreaterThan(2 * 32);
        }
    }

    @Test
    void thePerceptualDistanceAffectsTrainingOnlyWithAWeight() {
        Path judge = writeAJudge();
        List<Double> without = new ArrayList<>();
        train(without, folder.resolve("without"), Part.ALL, FEW_STEPS);
        perceptual = Optional.of(new Perceptual(judge, 0));
        List<Double> measured = new ArrayList<>();
        train(measured, folder.resolve("measured"), Part.ALL, FEW_STEPS);
        perceptual = Optional.of(new Perceptual(judge, 2));
        List<Double> learned = new ArrayList<>();
        train(learned, folder.resolve("learned"), Part.ALL, STEPS / 2);

        assertThat(measured).isEqualTo(without);
        // In the first step all three are the same network; the last run begins after two others.
        assertThat(learned.getFirst()).isCloseTo(without.getFirst() + 2 * seen.get(2 * FEW_STEPS), within(1e-5));
        assertThat(seen.getLast()).isLessThan(0.9 * seen.get(2 * FEW_STEPS));
    }

    private Path writeAJudge() {
        Path judge = folder.resolve("judge");
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                Files.createDirectories(judge);
                Files.writeString(judge.resolve("config.json"), """
                    {"_class_name": "AttributeReader", "block_out_channels": [8, 16],
                     "layers_per_block": [1, 1]}\
                    """);
                StartedNetwork<AttributeReader> reader = StartedNetwork.load(AttributeReader.TYPE, judge, 3, arena);
                Map<String, Tensor> weights = new LinkedHashMap<>();
                reader.parameters().forEach((name, parameter) -> weights.put(name, parameter.base()));
                reader.publish(judge, weights, Map.of());
            }
            return judge;
        });
        return judge;
    }

    private static Tensor load(SafetensorsFile file, String name) {
        return file.find(name).orElseThrow().load();
    }

    private void train(List<Double> losses, Path model) {
        train(losses, model, Part.ALL, STEPS);
    }

    private void train(List<Double> losses, Path model, Part part, int steps) {
        TrainingListener listener = new TrainingListener() {
            @Override
            public void step(StepReport report) {
                losses.add(report.loss());
                seen.add(report.values().getOrDefault("vae/perceptual", 0.0));
            }
        };
        TrainingSettings settings =
                new TrainingSettings(1, steps, 4, 1, Precision.MIXED, new TrainingSettings.Intervals(steps, 0, 0));
        try (AutoencoderObjective objective = objective(part);
                Trainer<Image> trainer =
                        new Trainer<>(objective, settings, new Checkpoints(checkpoints(model), 1), List.of(listener))) {
            trainer.run();
            objective.publish(model);
        }
    }

    private static Path checkpoints(Path model) {
        try {
            return Files.createDirectories(model.resolveSibling(model.getFileName() + "-checkpoints"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private AutoencoderObjective objective(Part part) {
        return new AutoencoderObjective(
                new AutoencoderObjective.Settings(folder, part, 16, 1e-4, 5, 0.5, perceptual, 0.9, 1),
                OptimiserSettings.usual(new LearningRate(5e-3, 5, STEPS, 0.1)),
                pictures(),
                pictures());
    }

    private static Dataset<Image> pictures() {
        return new Scenes(Split.TRAIN, 16, 32, Optional.empty(), 0).map(Sample::image);
    }
}
