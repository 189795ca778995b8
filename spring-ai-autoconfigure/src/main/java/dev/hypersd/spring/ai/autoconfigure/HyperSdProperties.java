package dev.hypersd.spring.ai.autoconfigure;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.WeightStorage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties of the model and its pictures.
 *
 * @param model a model directory, a checkpoint file, or the name of a bundled model, which is used by default
 * @param dtype the type in which the networks compute: f32, bf16 or f16
 * @param device what they compute on: cpu or cuda
 * @param weights how weights of another type are held: converted or as_stored
 * @param variant the variant of the model's files, such as fp16
 * @param autoencoder an autoencoder that replaces the model's own
 * @param eager whether the model is loaded when the application starts, and not with the first picture
 * @param grace how long pictures in progress are awaited when the application ends
 * @param image options of pictures by name, which apply where a request has none
 */
@ConfigurationProperties(HyperSdProperties.PREFIX)
public record HyperSdProperties(
        @Nullable String model,
        @DefaultValue("f32") String dtype,
        @DefaultValue("cpu") String device,
        @DefaultValue("converted") WeightStorage weights,
        @Nullable String variant,
        @Nullable Path autoencoder,
        @DefaultValue("false") boolean eager,
        @DefaultValue("20s") Duration grace,
        @DefaultValue Map<String, String> image) {
    /** The prefix of all properties. */
    public static final String PREFIX = "spring.ai.hypersd";

    /** Returns how the model is loaded. */
    LoadOptions loading() {
        Dtype type = Dtype.ofName(dtype.toUpperCase(Locale.ROOT))
                .orElseThrow(() -> new InvalidRequestException(
                        "%s.dtype is \"%s\", which is no type that networks compute in: write f32, bf16 or f16"
                                .formatted(PREFIX, dtype)));
        LoadOptions options = LoadOptions.DEFAULT.withPlacement(new Placement(type, weights, Device.named(device)));
        options = variant == null ? options : options.withVariant(variant);
        return autoencoder == null ? options : options.withAutoencoder(autoencoder);
    }

    /**
     * Returns the options of pictures.
     *
     * @throws InvalidRequestException if there is no option of a name, or a value is invalid
     */
    GenerationOptions defaults() {
        try {
            return GenerationOptions.parse(joined());
        } catch (InvalidRequestException e) {
            throw new InvalidRequestException("%s.image: %s".formatted(PREFIX, e.getMessage()));
        }
    }

    /**
     * Returns the options with one text for each. An environment variable such as {@code
     * SPRING_AI_HYPERSD_IMAGE_NEGATIVE_PROMPT} arrives as {@code negative.prompt}, and the entries of a list as {@code
     * loras[0]} or {@code loras.0} and so on.
     */
    private Map<String, String> joined() {
        Map<String, String> joined = new TreeMap<>();
        image.forEach((name, text) -> joined.merge(
                name.replaceFirst("(\\.\\d+|\\[\\d+])$", "").replace('.', '-'),
                text,
                (one, next) -> one + ", " + next));
        return joined;
    }
}
