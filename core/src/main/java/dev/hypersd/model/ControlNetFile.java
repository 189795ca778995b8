package dev.hypersd.model;

import dev.hypersd.checkpoint.Checkpoint;
import dev.hypersd.controlnet.ControlNet;
import dev.hypersd.controlnet.ControlNetConfig;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.lora.Component;
import dev.hypersd.nn.ParameterSource;
import dev.hypersd.nn.Parameters;
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
 * A ControlNet on disk whose configuration and headers have been read and fit a given U-Net; no weights are loaded. It
 * is a folder with a configuration, or a file of weights alone in the spelling of diffusers or of the original
 * implementation, whose configuration follows from the shapes and the U-Net. Such a file may also hold low-rank changes
 * of the U-Net's own weights (a Control-LoRA).
 *
 * <p>It needs no closing. Immutable and safe to share.
 */
public final class ControlNetFile {
    private static final String NAME = "controlnet";

    private final Path path;

    /** The headers of its weights; tensors are loaded through {@link WeightSource#reopened}. */
    private final WeightSource headers;

    private final ControlNetConfig config;

    private ControlNetFile(Path path, WeightSource headers, ControlNetConfig config) {
        this.path = path;
        this.headers = headers;
        this.config = config;
    }

    /**
     * Opens the ControlNet at {@code path}.
     *
     * @param unet the configuration of the model's U-Net
     * @throws InvalidFileException if it is missing, broken, not a ControlNet, or for another family of models
     */
    public static ControlNetFile open(Path path, UNetConfig unet) {
        if (!Files.exists(path)) {
            throw new InvalidFileException(
                    path, "not found; it was to be a ControlNet, a folder or a safetensors file");
        }
        ControlNetFile file = Files.isDirectory(path) ? inFolder(path) : weightsAlone(path, unet);
        file.requireFit(unet);
        return file;
    }

    private static ControlNetFile inFolder(Path path) {
        OpenedNetwork<ControlNetConfig, ControlNet> network = ModelPart.in(path).open(NetworkType.CONTROLNET);
        return new ControlNetFile(path, network.part().headers(), network.config());
    }

    private static ControlNetFile weightsAlone(Path path, UNetConfig unet) {
        WeightSource headers = Checkpoint.recognise(path).open(NAME);
        return new ControlNetFile(path, headers, ControlNetConfig.of(headers, unet));
    }

    private void requireFit(UNetConfig unet) {
        boolean large = (Files.isDirectory(path) && config.unet().added().isPresent())
                || headers.names().stream().anyMatch(name -> name.startsWith("add_embedding."));
        if (large != unet.added().isPresent()) {
            throw new InvalidFileException(
                    path,
                    large
                            ? "is a ControlNet for SDXL, the model is not"
                            : "is no ControlNet for SDXL, as the model is");
        }
        int text = textChannels(headers).orElse(config.unet().textChannels());
        if (text != unet.textChannels()) {
            throw new InvalidFileException(
                    path,
                    ("is a ControlNet for text embeddings %d wide; those of the model are %d wide, it is of another "
                                    + "family")
                            .formatted(text, unet.textChannels()));
        }
        List<Integer> skips = skipChannels(headers);
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

    /** Returns the number of bytes that its weights take when they are held as {@code dtype}. */
    public long weightBytes(Dtype dtype) {
        return Engine.infer(() -> {
            Parameters parameters = new Parameters(ParameterSource.SHAPES_ONLY);
            var _ = new ControlNet(config, parameters);
            return parameters.count() * dtype.bytes();
        });
    }

    /**
     * Loads the ControlNet, in the type and on the device of {@code model}. The arena owns its tensors.
     *
     * @param model the model whose U-Net it is for; it must outlive the ControlNet, which may share its weights
     */
    public ControlNet load(DiffusionModel model, TensorArena arena) {
        try (WeightSource stored = headers.reopened()) {
            WeightSource weights = ControlLora.is(stored)
                    ? new ControlLora(stored, model.denoiser().parameters(Component.UNET))
                    : stored;
            return ModelPart.load(weights, p -> new ControlNet(config, p), model.placement(), arena)
                    .network();
        }
    }
}
