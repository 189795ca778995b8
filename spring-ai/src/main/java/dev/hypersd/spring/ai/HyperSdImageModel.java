package dev.hypersd.spring.ai;

import dev.hypersd.application.Drawn;
import dev.hypersd.application.LocalModel;
import dev.hypersd.application.PictureBytes;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import dev.hypersd.request.Seeds;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import org.springframework.ai.image.Image;
import org.springframework.ai.image.ImageGeneration;
import org.springframework.ai.image.ImageModel;
import org.springframework.ai.image.ImagePrompt;
import org.springframework.ai.image.ImageResponse;
import org.springframework.ai.image.ImageResponseMetadata;
import org.springframework.ai.image.observation.DefaultImageModelObservationConvention;
import org.springframework.ai.image.observation.ImageModelObservationContext;
import org.springframework.ai.image.observation.ImageModelObservationConvention;
import org.springframework.ai.image.observation.ImageModelObservationDocumentation;

/**
 * Draws pictures for Spring AI with a Stable Diffusion model of this machine. Pictures are PNG files in Base64, with
 * {@link HyperSdImageMetadata}; the metadata of the response have {@link #WARNINGS}.
 *
 * <p>A picture in the message is the one to start from. Options are {@link HyperSdImageOptions}, or those that all
 * providers have in common. Errors are those of {@link LocalModel#generate}, each with a sentence that says what to do.
 *
 * <p>Safe to share. It observes each call, as Spring AI's own models do, and does not close its model.
 */
public final class HyperSdImageModel implements ImageModel {
    /** The name of this provider in observations and in the property {@code spring.ai.model.image}. */
    public static final String PROVIDER = "hypersd";

    /** The metadata with sentences about options that have no effect or do not suit the model, a list of strings. */
    public static final String WARNINGS = "warnings";

    private static final ImageModelObservationConvention USUAL = new DefaultImageModelObservationConvention();

    private final LocalModel model;
    private final ObservationRegistry observations;
    private final ImageModelObservationConvention convention;

    /** Creates a model that observes nothing. */
    public HyperSdImageModel(LocalModel model) {
        this(model, ObservationRegistry.NOOP, USUAL);
    }

    /** Creates a model that observes its calls by the usual convention, unless the registry has another. */
    public HyperSdImageModel(LocalModel model, ObservationRegistry observations) {
        this(model, observations, USUAL);
    }

    /** Creates a model that observes its calls by {@code convention}. */
    public HyperSdImageModel(
            LocalModel model, ObservationRegistry observations, ImageModelObservationConvention convention) {
        this.model = model;
        this.observations = observations;
        this.convention = convention;
    }

    @Override
    public ImageResponse call(ImagePrompt request) {
        GenerationOptions options = Prompts.options(request);
        ImageModelObservationContext context = ImageModelObservationContext.builder()
                .imagePrompt(new ImagePrompt(request.getInstructions(), named(options)))
                .provider(PROVIDER)
                .build();
        return ImageModelObservationDocumentation.IMAGE_MODEL_OPERATION
                .observation(convention, USUAL, () -> context, observations)
                .observe(() -> {
                    ImageResponse response = response(model.generate(options));
                    context.setResponse(response);
                    return response;
                });
    }

    /** Returns the options with the name of the model that draws, whatever name was asked for. */
    private HyperSdImageOptions named(GenerationOptions options) {
        return new HyperSdImageOptions(
                options.toBuilder().set(Option.MODEL, model.name()).build());
    }

    private static ImageResponse response(Drawn drawn) {
        List<ImageGeneration> pictures =
                drawn.images().stream().map(HyperSdImageModel::generation).toList();
        ImageResponseMetadata metadata = new ImageResponseMetadata();
        metadata.put(WARNINGS, drawn.warnings());
        return new ImageResponse(pictures, metadata);
    }

    private static ImageGeneration generation(GeneratedImage drawn) {
        return new ImageGeneration(
                new Image(null, PictureBytes.base64(drawn)),
                new HyperSdImageMetadata(
                        Seeds.number(drawn.seed()), drawn.parameters().toText()));
    }
}
