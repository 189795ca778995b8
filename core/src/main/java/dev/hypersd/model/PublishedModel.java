package dev.hypersd.model;

import dev.hypersd.checkpoint.Checkpoint;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.JsonObject;
import dev.hypersd.schedule.PredictionType;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.weights.StoredTensor;
import dev.hypersd.weights.WeightSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The published configurations as files of a model, for checkpoints that come without. What the published models of a
 * family differ in is detected from the checkpoint.
 */
final class PublishedModel {
    /** The input channels of a U-Net that is not for inpainting. */
    private static final int ORDINARY_CHANNELS = 4;

    private static final int SIZE_WITH_EPSILON = 64;
    private static final String TELLING_TENSOR = "up_blocks.3.attentions.2.transformer_blocks.0.norm1.bias";
    private static final double SPREAD_WITH_V = 0.09;

    private PublishedModel() {}

    /**
     * Returns the configurations of {@code template}, for a checkpoint file that comes without;
     * {@link ModelFiles#with(Checkpoint)} adds the checkpoint, which provides the weights.
     *
     * @param tokenizers a directory with {@code tokenizer/} and, for SDXL, {@code tokenizer_2/}, such as a model
     *     directory; for the refiner only the latter
     * @throws InvalidFileException if a tokenizer is missing
     */
    static ModelFiles of(ModelTemplate template, Path tokenizers) {
        return of(template, tokenizers, name -> {
            Path folder = tokenizers.resolve(name);
            if (!Files.isDirectory(folder)) {
                throw new InvalidFileException(
                        folder,
                        "not found; " + template.family().title()
                                + " needs this tokenizer, which lies in every model directory");
            }
            return ModelPart.in(folder);
        });
    }

    /**
     * Returns the published configurations that {@code checkpoint} is made for, and CLIP's tokenizer, which comes with
     * this library; {@link ModelFiles#with(Checkpoint)} adds the checkpoint.
     *
     * @throws InvalidFileException if it is only an autoencoder or a ControlNet
     */
    static ModelFiles of(Checkpoint checkpoint) {
        ModelTemplate template = ModelTemplate.of(checkpoint);
        requirePublishedWidth(checkpoint, template);
        ModelFiles files =
                of(template, checkpoint.file(), name -> ModelPart.publishedTokenizer(name, template.padding(name)));
        return template == ModelTemplate.SD2 ? ofSd2(files, checkpoint) : files;
    }

    /**
     * Returns the configurations of SD 2.x, which was published with v-prediction for 768 x 768 pixels, and with
     * epsilon for 512 x 512.
     */
    private static ModelFiles ofSd2(ModelFiles files, Checkpoint checkpoint) {
        PredictionType prediction = checkpoint.schedule().prediction().orElseGet(() -> predictionOfSd2(checkpoint));
        return prediction == PredictionType.V_PREDICTION
                ? files
                : files.withPrediction(prediction)
                        .with(files.part(ModelFiles.UNET)
                                .withConfig(config -> config.with("sample_size", SIZE_WITH_EPSILON)));
    }

    /**
     * Detects what a U-Net of SD 2.x predicts, where the file does not state it. The two kinds differ only in their
     * weights: after training for v, the bias of the last attention's first norm has a larger spread. ComfyUI uses the
     * same tensor and threshold. U-Nets for inpainting predict the noise.
     */
    private static PredictionType predictionOfSd2(Checkpoint checkpoint) {
        if (!ModelFiles.inputChannels(checkpoint).equals(Optional.of(ORDINARY_CHANNELS))) {
            return PredictionType.EPSILON;
        }
        try (WeightSource weights = checkpoint.open(ModelFiles.UNET)) {
            boolean isWide = weights.find(TELLING_TENSOR).stream()
                    .mapToDouble(PublishedModel::spread)
                    .anyMatch(spread -> spread > SPREAD_WITH_V);
            return isWide ? PredictionType.V_PREDICTION : PredictionType.EPSILON;
        }
    }

    /** Returns the standard deviation of the values. */
    private static double spread(StoredTensor tensor) {
        return Engine.infer(() -> TensorScope.released(
                () -> tensor.load().to(Dtype.F64.scalarType()).std(false).item_double()));
    }

    /**
     * Refuses a network of another width than the published one. The numbers of heads and groups cannot be derived from
     * weights, so it needs a configuration of its own.
     */
    private static void requirePublishedWidth(Checkpoint checkpoint, ModelTemplate template) {
        JsonObject unet = template.config("unet/config.json");
        long width = unet.integers("block_out_channels", List.of()).getFirst();
        long textWidth = unet.integer("cross_attention_dim", 0);
        long[] input = ModelFiles.inputShape(checkpoint).orElse(new long[] {width, 0});
        long text = checkpoint.textWidth().orElse(textWidth);
        if (input[0] != width || text != textWidth) {
            throw new InvalidFileException(
                    checkpoint.file(),
                    ("has a U-Net %d wide for text embeddings %d wide, the published models of %s are %d wide for %d: "
                                    + "name a model directory with its own configurations with --config-from")
                            .formatted(input[0], text, template.family().title(), width, textWidth));
        }
    }

    private static ModelFiles of(ModelTemplate template, Path path, Function<String, ModelPart> tokenizers) {
        JsonObject index = template.config(ModelFiles.INDEX);
        Map<String, ModelPart> parts = new LinkedHashMap<>();
        for (String name : ModelFiles.listed(index)) {
            if (name.startsWith("tokenizer")) {
                parts.put(name, tokenizers.apply(name));
                continue;
            }
            Path folder = path.resolve(name);
            String config = name.equals("scheduler") ? "scheduler/scheduler_config.json" : name + "/config.json";
            parts.put(name, new ModelPart(name, folder, () -> template.config(config), () -> {
                throw new InvalidFileException(folder, "is configured without weights; put a checkpoint over it");
            }));
        }
        return new ModelFiles(path, template.family(), index, parts);
    }
}
