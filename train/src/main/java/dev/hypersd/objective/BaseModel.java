package dev.hypersd.objective;

import dev.hypersd.clip.ClipTextModel;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.model.NetworkType;
import dev.hypersd.nn.Parameter;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.Tuning;
import dev.hypersd.unet.Conditioning;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.bytedeco.pytorch.Tensor;

/**
 * A base model that is trained from the start: the U-Net together with its text encoder.
 *
 * @param folder the folder of the model
 * @param autoencoder the folder of the autoencoder
 * @param learns selects the trained weights, by names that begin with {@code unet.} or {@code text_encoder.}
 */
record BaseModel(
        Path folder,
        Path autoencoder,
        LatentDiffusion model,
        StartedNetwork<ClipTextModel> text,
        Predicate<String> learns)
        implements TunedModel {
    private static final String UNET = "unet";
    private static final String TEXT_ENCODER = "text_encoder";

    /**
     * Loads the model.
     *
     * @param seed of random weights
     */
    static BaseModel load(Path folder, Path autoencoder, Predicate<String> learns, long seed, TensorArena arena) {
        return new BaseModel(
                folder,
                autoencoder,
                LatentDiffusion.started(folder, autoencoder, seed, arena),
                StartedNetwork.load(NetworkType.CLIP_TEXT, folder.resolve(TEXT_ENCODER), seed + 1, arena),
                learns);
    }

    @Override
    public String name() {
        return "base";
    }

    /**
     * Returns the trained parameters.
     *
     * @throws InvalidRequestException if no parameter is trained
     */
    @Override
    public Tuning tuning() {
        Map<String, Parameter> learning = parameters();
        learning.keySet().removeIf(learns.negate());
        if (learning.isEmpty()) {
            throw new InvalidRequestException(
                    "base.trainable matches no weight of " + folder + "; they have names such as "
                            + parameters().keySet().iterator().next());
        }
        return new Tuning.Full(learning);
    }

    private Map<String, Parameter> parameters() {
        Map<String, Parameter> all = new LinkedHashMap<>();
        model.unet().parameters().forEach((name, parameter) -> all.put(UNET + "." + name, parameter));
        text.parameters().forEach((name, parameter) -> all.put(TEXT_ENCODER + "." + name, parameter));
        return all;
    }

    @Override
    public Conditioning conditioning(List<long[]> captions, List<Framing> framings) {
        return Conditioning.of(TextEncoders.embed(text.network(), captions));
    }

    /**
     * Writes the complete model directory: trained weights, weights of the same networks that were not trained, and
     * copies of the other parts.
     */
    @Override
    public void publish(Path target, Map<String, Tensor> averaged) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        parameters().forEach((name, parameter) -> all.put(name, averaged.getOrDefault(name, parameter.base())));
        model.unet().publish(target.resolve(UNET), part(UNET, all), Map.of());
        text.publish(target.resolve(TEXT_ENCODER), part(TEXT_ENCODER, all), Map.of());
        ModelFolder.copy(autoencoder, target.resolve("vae"));
        for (String other : List.of("tokenizer", "scheduler", "model_index.json")) {
            ModelFolder.copy(folder.resolve(other), target.resolve(other));
        }
    }

    private static Map<String, Tensor> part(String network, Map<String, Tensor> all) {
        Map<String, Tensor> part = new LinkedHashMap<>();
        all.forEach((name, tensor) -> {
            if (name.startsWith(network + ".")) {
                part.put(name.substring(network.length() + 1), tensor);
            }
        });
        return part;
    }
}
