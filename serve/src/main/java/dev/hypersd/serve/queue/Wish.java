package dev.hypersd.serve.queue;

import dev.hypersd.image.Image;
import dev.hypersd.request.Original;
import dev.hypersd.request.Size;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What a client wants to see, by the names that clients know. What is absent is as the model's preset says.
 *
 * @param prompt what to draw
 * @param negative what to stay away from
 * @param model its name
 * @param loras to lay over the model; absent means those that the server lays over its first model
 * @param sampler its name
 * @param steps how many steps are taken, of a picture to go on from too
 * @param eta fresh noise in each step, 0 to 1
 * @param guidance classifier-free guidance, off up to 1
 * @param size in pixels
 * @param count how many pictures
 * @param seed of the first picture
 * @param original a picture to go on from
 * @param strength how far back to go from it
 * @param control a ControlNet and what it follows
 */
public record Wish(
        String prompt,
        Optional<String> negative,
        Optional<String> model,
        Optional<List<NamedLora>> loras,
        Optional<String> sampler,
        OptionalInt steps,
        OptionalDouble eta,
        OptionalDouble guidance,
        Optional<Size> size,
        int count,
        long seed,
        Optional<Original> original,
        double strength,
        Optional<NamedControl> control) {
    /** How far back image-to-image usually goes. */
    public static final double USUAL_STRENGTH = 0.75;

    /**
     * A LoRA by its name.
     *
     * @param weight 1 as trained
     */
    public record NamedLora(String name, double weight) {}

    /**
     * A ControlNet by its name.
     *
     * @param picture what it follows
     * @param scale 1 as trained
     */
    public record NamedControl(String name, Image picture, double scale) {}

    /** Starts a wish for one picture of {@code prompt}. */
    public static Builder of(String prompt) {
        return new Builder(prompt);
    }

    /** Collects what is not as the preset says. */
    public static final class Builder {
        private final String prompt;
        private Optional<String> negative = Optional.empty();
        private Optional<String> model = Optional.empty();
        private Optional<List<NamedLora>> loras = Optional.empty();
        private Optional<String> sampler = Optional.empty();
        private OptionalInt steps = OptionalInt.empty();
        private OptionalDouble eta = OptionalDouble.empty();
        private OptionalDouble guidance = OptionalDouble.empty();
        private Optional<Size> size = Optional.empty();
        private int count = 1;
        private long seed;
        private Optional<Original> original = Optional.empty();
        private double strength = USUAL_STRENGTH;
        private Optional<NamedControl> control = Optional.empty();

        private Builder(String prompt) {
            this.prompt = prompt;
        }

        public Builder negative(String text) {
            negative = Optional.of(text).filter(t -> !t.isBlank());
            return this;
        }

        public Builder model(String name) {
            model = Optional.of(name);
            return this;
        }

        public Builder loras(List<NamedLora> those) {
            loras = Optional.of(List.copyOf(those));
            return this;
        }

        public Builder sampler(String name) {
            sampler = Optional.of(name);
            return this;
        }

        public Builder steps(int number) {
            steps = OptionalInt.of(number);
            return this;
        }

        public Builder eta(double value) {
            eta = OptionalDouble.of(value);
            return this;
        }

        public Builder guidance(double value) {
            guidance = OptionalDouble.of(value);
            return this;
        }

        public Builder size(int width, int height) {
            size = Optional.of(new Size(width, height));
            return this;
        }

        public Builder count(int pictures) {
            count = pictures;
            return this;
        }

        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public Builder original(Original value) {
            original = Optional.of(value);
            return this;
        }

        public Builder strength(double share) {
            strength = share;
            return this;
        }

        public Builder control(NamedControl value) {
            control = Optional.of(value);
            return this;
        }

        public Wish build() {
            return new Wish(
                    prompt, negative, model, loras, sampler, steps, eta, guidance, size, count, seed, original,
                    strength, control);
        }
    }
}
