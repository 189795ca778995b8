package dev.hypersd.langchain4j;

import dev.hypersd.application.Drawn;
import dev.hypersd.application.LocalModel;
import dev.hypersd.application.PictureBytes;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.LoraReference;
import dev.hypersd.request.Option;
import dev.hypersd.request.PictureSource;
import dev.hypersd.request.Seeds;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.model.image.ImageModel;
import dev.langchain4j.model.output.Response;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Draws pictures for langchain4j with a Stable Diffusion model of this machine.
 *
 * <pre>{@code
 * try (HyperSdImageModel model = HyperSdImageModel.builder()
 *         .model(Path.of("sd15"))
 *         .lora("Hyper-SD15-4steps-lora.safetensors")
 *         .build()) {
 *     Image picture = model.generate("a lighthouse at dawn").content();
 * }
 * }</pre>
 *
 * <p>Pictures are PNG files in Base64, with the options that they were drawn with inside. The metadata of a response
 * are listed by {@link #SEEDS}, {@link #INFOTEXTS} and {@link #WARNINGS}.
 *
 * <p>Safe to share. The model is loaded when the first picture is drawn; {@link #close} frees it. Errors are exceptions
 * of langchain4j: {@link dev.langchain4j.exception.InvalidRequestException} where another request would succeed, {@link
 * dev.langchain4j.exception.ModelNotFoundException} where the model cannot be read, and {@link
 * dev.langchain4j.exception.NonRetriableException} for other failures.
 */
public final class HyperSdImageModel implements ImageModel, AutoCloseable {
    /** The metadata with the seed of each picture, a list of {@link java.math.BigInteger}. */
    public static final String SEEDS = "seeds";

    /** The metadata with the infotext of each picture, a list of {@link String}. */
    public static final String INFOTEXTS = "infotexts";

    /** The metadata with sentences about options that have no effect or do not suit the model, a list of strings. */
    public static final String WARNINGS = "warnings";

    private final LocalModel model;

    private HyperSdImageModel(LocalModel model) {
        this.model = model;
    }

    /**
     * Begins with the model of {@code hypersd-mini}, if that library is there, and with the settings of the presets.
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Draws a picture. */
    @Override
    public Response<Image> generate(String prompt) {
        return first(GenerationOptions.of(prompt));
    }

    /** Draws {@code n} pictures of seeds that follow each other. */
    @Override
    public Response<List<Image>> generate(String prompt, int n) {
        return generate(GenerationOptions.of(prompt).toBuilder().count(n).build());
    }

    /** Draws the pictures of {@code options}; what they do not set is as the builder was told. */
    public Response<List<Image>> generate(GenerationOptions options) {
        return draw(() -> options, images -> images);
    }

    /** Redraws a picture; {@link Option#STRENGTH} says how much may change. */
    @Override
    public Response<Image> edit(Image image, String prompt) {
        return draw(() -> original(image, prompt).count(1).build(), List::getFirst);
    }

    /**
     * Redraws a part of a picture.
     *
     * @param mask transparent where the picture is redrawn, or without transparency and white there
     */
    @Override
    public Response<Image> edit(Image image, Image mask, String prompt) {
        return draw(
                () -> original(image, prompt)
                        .mask(PictureSource.of(InputImages.mask(mask)))
                        .count(1)
                        .build(),
                List::getFirst);
    }

    private static GenerationOptions.Builder original(Image image, String prompt) {
        return GenerationOptions.of(prompt).toBuilder().image(PictureSource.of(InputImages.picture(image)));
    }

    private Response<Image> first(GenerationOptions options) {
        return draw(() -> options.toBuilder().count(1).build(), List::getFirst);
    }

    private <T> Response<T> draw(Supplier<GenerationOptions> options, Function<List<Image>, T> content) {
        try {
            model.load();
        } catch (HyperSdException e) {
            throw Failures.ofLoading(e);
        }
        try {
            Drawn drawn = model.generate(options.get());
            List<Image> images =
                    drawn.images().stream().map(HyperSdImageModel::encoded).toList();
            return new Response<>(content.apply(images), null, null, metadata(drawn));
        } catch (HyperSdException e) {
            throw Failures.ofDrawing(e);
        }
    }

    private static Image encoded(GeneratedImage drawn) {
        return Image.builder()
                .base64Data(PictureBytes.base64(drawn))
                .mimeType("image/png")
                .build();
    }

    private static Map<String, Object> metadata(Drawn drawn) {
        List<GeneratedImage> images = drawn.images();
        return Map.of(
                SEEDS, images.stream().map(image -> Seeds.number(image.seed())).toList(),
                INFOTEXTS,
                        images.stream()
                                .map(image -> image.parameters().toText())
                                .toList(),
                WARNINGS, drawn.warnings());
    }

    /** Accepts no more requests, completes those in progress within the grace period, and frees the model. */
    @Override
    public void close() {
        model.close();
    }

    /** Builds an image model. */
    public static final class Builder {
        private final LocalModel.Builder model = LocalModel.builder();
        private final GenerationOptions.Builder options = GenerationOptions.builder();

        private Builder() {}

        /** Sets a model directory in the diffusers layout, or a checkpoint file. */
        public Builder model(Path location) {
            model.model(location);
            return this;
        }

        /** Sets how the model is loaded, for example with which number type. */
        public Builder loading(LoadOptions how) {
            model.loading(how);
            return this;
        }

        /** Sets how long requests in progress are awaited when the model is closed. */
        public Builder grace(Duration time) {
            model.grace(time);
            return this;
        }

        /** Adds a LoRA: a file, or the name of one of {@code hypersd-mini}; a weight may follow a colon. */
        public Builder lora(String reference) {
            options.lora(LoraReference.parse(reference));
            return this;
        }

        public Builder steps(int count) {
            options.steps(count);
            return this;
        }

        public Builder sampler(String name) {
            options.sampler(name);
            return this;
        }

        public Builder guidance(double scale) {
            options.guidance(scale);
            return this;
        }

        public Builder negativePrompt(String text) {
            options.negativePrompt(text);
            return this;
        }

        /** Sets the size of the pictures in pixels. */
        public Builder size(int width, int height) {
            options.size(width, height);
            return this;
        }

        /** Sets the seed, with which the same request gives the same picture each time. */
        public Builder seed(long value) {
            options.seed(value);
            return this;
        }

        /** Sets how much of a picture may change when it is edited, from 0 to 1, where nothing is left of it. */
        public Builder strength(double share) {
            options.strength(share);
            return this;
        }

        /** Sets any other option. */
        public <T> Builder option(Option<T> option, T value) {
            options.set(option, value);
            return this;
        }

        /**
         * Returns the image model, of which nothing is loaded yet.
         *
         * @throws dev.langchain4j.exception.ModelNotFoundException if there is no such model
         * @throws dev.langchain4j.exception.InvalidRequestException if no model is named and none is among the
         *     libraries
         */
        public HyperSdImageModel build() {
            try {
                return new HyperSdImageModel(model.defaults(options.build()).build());
            } catch (HyperSdException e) {
                throw Failures.ofLoading(e);
            }
        }
    }
}
