package dev.hypersd.model;

import dev.hypersd.checkpoint.Checkpoint;
import dev.hypersd.controlnet.ControlNet;
import dev.hypersd.controlnet.ControlNetConfig;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.unet.UNetConfig;
import dev.hypersd.weights.WeightSource;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A ControlNet as it lies on disk, for a certain U-Net: a folder with its configuration, or a file of weights alone in the spelling of diffusers or
 * of the original implementation, of which shapes and the U-Net tell the rest. Only headers are read before it is loaded.
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
        UNetConfig own = config(weights).unet();
        boolean large = own.added().isPresent()
                || weights.find("add_embedding.linear_1.weight").isPresent();
        if (large != unet.added().isPresent()) {
            throw new InvalidFileException(
                    path,
                    large
                            ? "is a ControlNet for SDXL, the model is not"
                            : "is no ControlNet for SDXL, as the model is");
        }
        if (own.textChannels() != unet.textChannels()) {
            throw new InvalidFileException(
                    path,
                    "is a ControlNet for text embeddings %d wide; those of the model are %d wide, it is of another family"
                            .formatted(own.textChannels(), unet.textChannels()));
        }
        if (!own.skipChannels().equals(unet.skipChannels())) {
            throw new InvalidFileException(
                    path,
                    "is a ControlNet for a U-Net whose feature maps have %s channels; those of the model have %s"
                            .formatted(own.skipChannels(), unet.skipChannels()));
        }
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
            return ModelPart.bytes(weights, dtype);
        }
    }

    /** Loads it; {@code arena} owns its tensors. */
    public ControlNet load(Dtype dtype, Device device, TensorArena arena) {
        try (WeightSource weights = open()) {
            return ModelPart.load(weights, p -> new ControlNet(config(weights), p), dtype, device, arena)
                    .network();
        }
    }
}
