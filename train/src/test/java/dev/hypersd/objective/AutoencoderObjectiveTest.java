package dev.hypersd.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.data.Dataset;
import dev.hypersd.data.Pixels;
import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.model.ModelPart;
import dev.hypersd.model.NetworkType;
import dev.hypersd.objective.AutoencoderObjective.Part;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.Checkpoints;
import dev.hypersd.training.LearningRate;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.Precision;
import dev.hypersd.training.StepReport;
import dev.hypersd.training.Trainer;
import dev.hypersd.training.TrainingListener;
import dev.hypersd.training.TrainingSettings;
import dev.hypersd.vae.AutoencoderKl;
import dev.hypersd.weights.SafetensorsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

    private static final int STEPS = 60;

    @TempDir
    Path folder;

    @BeforeEach
    void writeConfiguration() throws Exception {
        Files.writeString(folder.resolve("config.json"), """
                {"_class_name": "AutoencoderKL", "block_out_channels": [8, 16], "norm_num_groups": 2, "layers_per_block": 1,
                 "latent_channels": 4, "scaling_factor": 1.0}
                """);
    }

    @Test
    void learnsToGiveBackWhatItIsShown() {
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
        train(new ArrayList<>(), model);

        double deviation = Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                AutoencoderKl loaded = ModelPart.in(model)
                        .load(NetworkType.AUTOENCODER_KL, Dtype.F32, arena)
                        .network();
                List<Image> images =
                        List.of(pictures().get(0), pictures().get(1), pictures().get(2));
                return loaded.scale(loaded.posterior(Pixels.of(images)).mode())
                        .std()
                        .item_double();
            }
        });

        assertThat(Json.read(model.resolve("config.json")).number("scaling_factor", 1))
                .isNotEqualTo(1.0);
        assertThat(deviation).isCloseTo(1, within(0.2)); // Measured on other pictures than the scaling.
    }

    @Test
    void aDecoderLearnsForLatentsThatStayAsTheyWere() {
        Path before = folder.resolve("before");
        try (AutoencoderObjective untrained = objective(Part.DECODER)) {
            untrained.publish(before);
        }
        Path after = folder.resolve("after");
        train(new ArrayList<>(), after, Part.DECODER);

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

    private static Tensor load(SafetensorsFile file, String name) {
        return file.find(name).orElseThrow().load();
    }

    private void train(List<Double> losses, Path model) {
        train(losses, model, Part.ALL);
    }

    private void train(List<Double> losses, Path model, Part part) {
        TrainingListener listener = new TrainingListener() {
            @Override
            public void step(StepReport report) {
                losses.add(report.loss());
            }
        };
        TrainingSettings settings =
                new TrainingSettings(1, STEPS, 4, 1, Precision.MIXED, new TrainingSettings.Intervals(STEPS, 0, 0));
        try (AutoencoderObjective objective = objective(part);
                Trainer<Image> trainer =
                        new Trainer<>(objective, settings, new Checkpoints(folder, 1), List.of(listener))) {
            trainer.run();
            objective.publish(model);
        }
    }

    private AutoencoderObjective objective(Part part) {
        return new AutoencoderObjective(
                new AutoencoderObjective.Settings(folder, part, 16, 1e-4, 5, 0.5, 0.9, 1),
                OptimiserSettings.usual(new LearningRate(5e-3, 5, STEPS, 0.1)),
                pictures(),
                pictures());
    }

    private static Dataset<Image> pictures() {
        return new Scenes(Split.TRAIN, 16, 32, Optional.empty(), 0).map(Sample::image);
    }
}
