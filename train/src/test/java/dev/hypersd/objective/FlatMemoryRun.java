package dev.hypersd.objective;

import dev.hypersd.latents.LatentSample;
import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.Spelling;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.NetworkType;
import dev.hypersd.model.RandomModel;
import dev.hypersd.objective.DenoisingObjective.TimestepShift;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.Checkpoints;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.OptimiserSettings.LearningRate;
import dev.hypersd.training.OptimiserSettings.Method;
import dev.hypersd.training.Trainer;
import dev.hypersd.training.TrainingListener;
import dev.hypersd.training.TrainingListener.StepReport;
import dev.hypersd.training.TrainingSettings;
import dev.hypersd.training.TrainingSettings.Precision;
import dev.hypersd.unet.UNet2DConditionModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * A process that trains a LoRA of a tiny model for many steps and says every {@value #EVERY} of them how much memory it
 * has.
 */
final class FlatMemoryRun {
    static final int EVERY = 250;
    private static final int PIXELS = 32;

    /** As few operations as a U-Net with attention can have, so that many steps are quick. */
    private static final String UNET = """
            {"_class_name": "UNet2DConditionModel", "block_out_channels": [16, 16], "layers_per_block": 1,
             "norm_num_groups": 4,
             "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"], "up_block_types": ["UpBlock2D",
              "CrossAttnUpBlock2D"],
             "attention_head_dim": 2, "cross_attention_dim": 64, "in_channels": 4, "out_channels": 4, "sample_size": 4}
            """;

    private FlatMemoryRun() {}

    /** @param arguments the folder of the run, and how many steps */
    public static void main(String... arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        int steps = Integer.parseInt(arguments[1]);
        Path model = folder.resolve("model");
        RandomModel.write(model, ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
        writeUNet(model.resolve("unet"));
        TrainingListener discriminatorLoss = new TrainingListener() {
            @Override
            public void step(StepReport report) {
                if (report.step() % EVERY == 0) {
                    System.out.printf("%d %d%n", report.step(), residentKibibytes());
                }
            }
        };
        TrainingSettings settings = new TrainingSettings(
                1, steps, 2, 1, Precision.MIXED, new TrainingSettings.Intervals(EVERY, EVERY, 2 * EVERY));
        try (DenoisingObjective objective = objective(model, folder.resolve("latents"), steps);
                Trainer<LatentSample> trainer =
                        new Trainer<>(objective, settings, new Checkpoints(folder, 1), List.of(discriminatorLoss))) {
            trainer.run();
        }
    }

    private static void writeUNet(Path folder) throws IOException {
        Files.writeString(folder.resolve("config.json"), UNET);
        Files.delete(folder.resolve("diffusion_pytorch_model.safetensors"));
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                StartedNetwork<UNet2DConditionModel> unet = StartedNetwork.load(NetworkType.UNET, folder, 1, arena);
                Map<String, Tensor> weights = new LinkedHashMap<>();
                unet.parameters().forEach((name, parameter) -> weights.put(name, parameter.base()));
                unet.publish(folder, weights, Map.of());
            }
            return folder;
        });
    }

    private static DenoisingObjective objective(Path model, Path latents, int steps) {
        return DenoisingObjective.fineTuning(
                ModelFiles.open(model),
                new FineTuning.Lora(2, 2, EnumSet.allOf(LoraLayers.class), Spelling.KOHYA),
                new DenoisingObjective.Settings(
                        0.1,
                        TimestepShift.NONE,
                        new RatioRange(0, 5),
                        LossWeights.PLAIN,
                        List.of(new SamplePrompt("a red cat", "", 25, 3, 1)),
                        0.99,
                        1),
                OptimiserSettings.usual(new LearningRate(1e-3, 2, steps, 0.1)).by(Method.MUON),
                new Pictures(
                        new Scenes(Split.TRAIN, 16, PIXELS, Optional.empty(), 0).map(Sample::captioned),
                        new Scenes(Split.VALIDATION, 4, PIXELS, Optional.empty(), 0).map(Sample::captioned),
                        latents,
                        (done, total) -> {}));
    }

    private static long residentKibibytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
