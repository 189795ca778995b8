package dev.hypersd.spring.ai;

import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.LoraReference;
import dev.hypersd.request.Option;
import dev.hypersd.request.PictureSource;
import dev.hypersd.request.Size;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.image.ImageOptions;

/**
 * All options of this library as options of Spring AI. What they do not set is as the properties of the application
 * say, and else as the preset or the model does.
 *
 * <p>Immutable.
 *
 * @param generation the options
 */
public record HyperSdImageOptions(GenerationOptions generation) implements ImageOptions {
    /** Starts without any value. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public @Nullable Integer getN() {
        return generation.get(Option.COUNT).orElse(null);
    }

    @Override
    public @Nullable String getModel() {
        return generation.get(Option.MODEL).orElse(null);
    }

    @Override
    public @Nullable Integer getWidth() {
        return generation.get(Option.SIZE).map(Size::width).orElse(null);
    }

    @Override
    public @Nullable Integer getHeight() {
        return generation.get(Option.SIZE).map(Size::height).orElse(null);
    }

    /** Returns nothing: pictures are always in Base64. */
    @Override
    public @Nullable String getResponseFormat() {
        return null;
    }

    /** Returns nothing: styles are LoRAs. */
    @Override
    public @Nullable String getStyle() {
        return null;
    }

    /** Builds options. */
    public static final class Builder {
        private final GenerationOptions.Builder options = GenerationOptions.builder();

        private Builder() {}

        /** Sets the number of pictures, of seeds that follow each other. */
        public Builder n(int pictures) {
            options.count(pictures);
            return this;
        }

        /** Sets the size of the pictures in pixels. */
        public Builder size(int width, int height) {
            options.size(width, height);
            return this;
        }

        public Builder negativePrompt(String text) {
            options.negativePrompt(text);
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

        /** Sets the seed, with which the same request gives the same picture each time. */
        public Builder seed(long value) {
            options.seed(value);
            return this;
        }

        /** Adds a LoRA: a file, or the name of one of {@code hypersd-mini}; a weight may follow a colon. */
        public Builder lora(String reference) {
            options.lora(LoraReference.parse(reference));
            return this;
        }

        /** Sets the picture to start from. */
        public Builder image(PictureSource picture) {
            options.image(picture);
            return this;
        }

        /** Sets the mask, white where the picture is redrawn. */
        public Builder mask(PictureSource picture) {
            options.mask(picture);
            return this;
        }

        /** Sets how much of the picture may change, from 0 to 1, where nothing is left of it. */
        public Builder strength(double share) {
            options.strength(share);
            return this;
        }

        /** Sets any other option. */
        public <T> Builder option(Option<T> option, T value) {
            options.set(option, value);
            return this;
        }

        public HyperSdImageOptions build() {
            return new HyperSdImageOptions(options.build());
        }
    }
}
