package dev.hypersd.objective;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.data.Dataset;
import dev.hypersd.image.Image;
import dev.hypersd.judge.detection.AttributeReader;
import dev.hypersd.model.ModelPart;
import dev.hypersd.model.NetworkType;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.Checkpoints;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.OptimiserSettings.LearningRate;
import dev.hypersd.training.Trainer;
import dev.hypersd.training.TrainingListener;
import dev.hypersd.training.TrainingListener.StepReport;
import dev.hypersd.training.TrainingSettings;
import dev.hypersd.training.TrainingSettings.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TinyAutoencoderLossTest {
    private static final int STEPS = 60;

    @TempDir
    Path folder;

    @BeforeEach
    void writeNetworks() throws IOException {
        configure("teacher", """
                {"_class_name": "AutoencoderKL", "block_out_channels": [8, 16], "norm_num_groups": 2,
                 "layers_per_block": 1, "scaling_factor": 2.0}""");
        configure("judge", """
                {"_class_name": "AttributeReader", "block_out_channels": [8, 16], "layers_per_block": [1, 1]}""");
        configure("tiny", """
                {"_class_name": "AutoencoderTiny", "encoder_block_out_channels": [8, 8], "num_encoder_blocks": [0, 1],
                 "decoder_block_out_channels": [8, 8], "num_decoder_blocks": [1, 0]}""");
        publish(NetworkType.AUTOENCODER_KL, "teacher");
        publish(AttributeReader.TYPE, "judge");
    }

    @Test
    void encodesLikeItsTeacherAndDecodesToThePictures() {
        List<Map<String, Double>> steps = train();

        assertThat(change(steps, "latents")).isLessThan(0.5);
        assertThat(change(steps, "absolute error")).isLessThan(0.5);
        assertThat(change(steps, "perceptual")).isLessThan(1);
    }

    /** The last value as a part of the first. */
    private static double change(List<Map<String, Double>> steps, String term) {
        String name = "AutoencoderTiny/" + term;
        return Objects.requireNonNull(steps.getLast().get(name))
                / Objects.requireNonNull(steps.getFirst().get(name));
    }

    @Test
    void thePublishedFolderLoadsAsAnAutoencoder() {
        train();

        int factor = Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                return ModelPart.in(folder.resolve("model"))
                        .load(NetworkType.AUTOENCODER_TINY, Dtype.F32, arena)
                        .network()
                        .scaleFactor();
            }
        });
        assertThat(factor).isEqualTo(2);
    }

    private List<Map<String, Double>> train() {
        List<Map<String, Double>> steps = new ArrayList<>();
        TrainingListener listener = new TrainingListener() {
            @Override
            public void step(StepReport report) {
                steps.add(report.values());
            }
        };
        TinyAutoencoderLoss.Settings loss =
                new TinyAutoencoderLoss.Settings(folder.resolve("teacher"), folder.resolve("judge"), 1, 5, 0.5, 0.1);
        try (NetworkObjective<?, Image> objective = new NetworkObjective<>(
                        NetworkType.AUTOENCODER_TINY,
                        new NetworkObjective.Settings(folder.resolve("tiny"), List.of(), 0.9, 1),
                        OptimiserSettings.usual(new LearningRate(5e-3, 5, STEPS, 0.1)),
                        pictures(),
                        pictures(),
                        _ -> 0,
                        arena -> TinyAutoencoderLoss.open(loss, arena));
                Trainer<Image> trainer = new Trainer<>(
                        objective,
                        new TrainingSettings(
                                1, STEPS, 4, 1, Precision.F32, new TrainingSettings.Intervals(STEPS, 0, 0)),
                        new Checkpoints(folder, 1),
                        List.of(listener))) {
            trainer.run();
            objective.publish(folder.resolve("model"));
        }
        return steps;
    }

    private static Dataset<Image> pictures() {
        return new Scenes(Split.TRAIN, 16, 32, Optional.empty(), 0).map(Sample::image);
    }

    private void configure(String name, String config) throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve(name)).resolve("config.json"), config);
    }

    /** With random weights. */
    private <N> void publish(NetworkType<?, N> type, String name) {
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                StartedNetwork<N> started = StartedNetwork.load(type, folder.resolve(name), 3, arena);
                Map<String, Tensor> weights = new LinkedHashMap<>();
                started.parameters().forEach((parameter, value) -> weights.put(parameter, value.base()));
                started.publish(folder.resolve(name), weights, Map.of());
            }
            return name;
        });
    }
}
