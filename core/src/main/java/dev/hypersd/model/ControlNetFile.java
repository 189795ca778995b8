package dev.hypersd.model;

import dev.hypersd.checkpoint.Checkpoint;
import dev.hypersd.controlnet.ControlNet;
import dev.hypersd.controlnet.ControlNetConfig;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.lora.Component;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.ShapesOnly;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.unet.UNetConfig;
import dev.hypersd.weights.WeightSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A ControlNet as it lies on disk, for a certain U-Net: a folder with its configuration, or a file of weights alone in the spelling of diffusers or
 * of the original implementation, of which shapes and the U-Net tell the rest; such a file may also hold low-rank
 * changes of the U-Net's own weights (a Control-LoRA). Only headers are read before it is loaded.
 */
public final class ControlNetFile {
    private static final String NAME = "controlnet";

    private final Path path;
    private final UNetConfig unet;

    private ControlNetFile(Path path, UNetConfig unet) {
        this.path = path;
        this.unet = unet;
    }

    /**
     * The ControlNet at {@code path}.
     *
     * @param unet of the model that it is for
     * @throws InvalidFileException if it is missing, broken, no ControlNet, or for another family of models
     */
    public static ControlNetFile of(Path path, UNetConfig unet) {
        if (!Files.exists(path)) {
            throw new InvalidFileException(
                    path, "not found; it was to be a ControlNet, a folder or a safetensors file");
        }
        ControlNetFile file = new ControlNetFile(path, unet);
        try (WeightSource weights = file.open()) {
            file.requireFit(weights);
        }
        return file;
    }

    private void requireFit(WeightSource weights) {
        ControlNetConfig config = config(weights);
        boolean large = (Files.isDirectory(path) && config.unet().added().isPresent())
                || weights.names().stream().anyMatch(name -> name.startsWith("add_embedding."));
        if (large != unet.added().isPresent()) {
            throw new InvalidFileException(
                    path,
                    large
                            ? "is a ControlNet for SDXL, the model is not"
                            : "is no ControlNet for SDXL, as the model is");
        }
        int text = textChannels(weights).orElse(config.unet().textChannels());
        if (text != unet.textChannels()) {
            throw new InvalidFileException(
                    path,
                    "is a ControlNet for text embeddings %d wide; those of the model are %d wide, it is of another family"
                            .formatted(text, unet.textChannels()));
        }
        List<Integer> skips = skipChannels(weights);
        if (!skips.equals(unet.skipChannels())) {
            throw new InvalidFileException(
                    path,
                    "is a ControlNet for a U-Net whose feature maps have %s channels; those of the model have %s"
                            .formatted(skips, unet.skipChannels()));
        }
    }

    private static Optional<Integer> textChannels(WeightSource weights) {
        return weights.names().stream()
                .filter(name -> name.endsWith(".attn2.to_k.weight") || name.endsWith(".attn2.to_k.down"))
                .findFirst()
                .flatMap(weights::find)
                .map(tensor -> (int) tensor.shape()[1]);
    }

    private static List<Integer> skipChannels(WeightSource weights) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> weights.find("controlnet_down_blocks." + i + ".weight"))
                .takeWhile(Optional::isPresent)
                .map(tensor -> (int) tensor.orElseThrow().shape()[0])
                .toList();
    }

    private WeightSource open() {
        if (!Files.isDirectory(path)) {
            return Checkpoint.recognise(path).open(NAME);
        }
        ModelPart part = ModelPart.in(path);
        part.requireClass(NetworkType.CONTROLNET.className());
        return part.openWeights();
    }

    private ControlNetConfig config(WeightSource weights) {
        return Files.isDirectory(path)
                ? ControlNetConfig.from(ModelPart.in(path).config())
                : ControlNetConfig.of(weights, unet);
    }

    /** How many bytes its weights take when they are held as {@code dtype}. */
    public long weightBytes(Dtype dtype) {
        try (WeightSource weights = open()) {
            ControlNetConfig config = config(weights);
            return Engine.infer(() -> {
                Parameters parameters = new Parameters(new ShapesOnly());
                var _ = new ControlNet(config, parameters);
                return parameters.count() * dtype.bytes();
            });
        }
    }

    /**
     * Loads it to compute as {@code model} does; {@code arena} owns its tensors.
     *
     * @param model whose U-Net it is for; must outlive the ControlNet, which may share weights with it
     */
    public ControlNet load(DiffusionModel model, TensorArena arena) {
        try (WeightSource stored = open()) {
            WeightSource weights = ControlLora.is(stored)
                    ? new ControlLora(stored, model.denoiser().parameters(Component.UNET))
                    : stored;
            ControlNetConfig config = config(weights);
            return ModelPart.load(weights, p -> new ControlNet(config, p), model.placement(), arena)
                    .network();
        }
    }
}
