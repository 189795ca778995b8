package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Tiling;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.preset.Preset;
import dev.hypersd.prompt.PromptSyntax;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Steps;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.schedule.PredictionType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A complete request for pictures, drawn in one batch.
 *
 * <p>Picture number {@code i} (from 0) is drawn from seed {@code seed + i} and does not depend on the rest of the
 * batch.
 *
 * @param prompts the prompts, at least one
 * @param syntax the notation of the prompts
 * @param imagesPerPrompt the number of pictures of each prompt, in the order p0, p0, p1, p1
 * @param original a picture to change, completely or in part; empty to begin with pure noise
 * @param controls ControlNets and their pictures
 * @param size the size of the pictures; if empty, that of the original or of the first control picture, or else the
 *     size that the model was trained for
 * @param sampler the sampler; if empty, that of the model's own configuration
 * @param prediction what the U-Net predicts; if empty, as the model's own configuration says
 * @param steps the number of steps, or the timesteps
 * @param guidance classifier-free guidance
 * @param seed the seed of the first picture
 * @param loras the LoRAs, in any order
 * @param words textual inversion embeddings for the prompts
 * @param clipSkip the number of the text encoder's last layers to skip
 * @param tiling the tiles in which large pictures are decoded, with bounded memory; empty to decode them whole
 * @param microConditioning SDXL's micro-conditioning; empty for an uncropped picture of the requested size
 * @param refinerSwitch the point where the model's refiner takes over; empty to use the base model in all steps
 * @param hires a second pass at a larger size; empty for none
 */
public record ImageRequest(
        List<Prompt> prompts,
        PromptSyntax syntax,
        int imagesPerPrompt,
        Optional<Original> original,
        List<Control> controls,
        Optional<Size> size,
        Optional<Sampler> sampler,
        Optional<PredictionType> prediction,
        Steps steps,
        Guidance guidance,
        long seed,
        List<LoraWeight> loras,
        List<LearnedWord> words,
        int clipSkip,
        Optional<Tiling> tiling,
        Optional<MicroConditioning> microConditioning,
        Optional<RefinerSwitch> refinerSwitch,
        Optional<HiresPass> hires) {
    public ImageRequest {
        prompts = List.copyOf(prompts);
        controls = List.copyOf(controls);
        loras = List.copyOf(loras);
        words = List.copyOf(words);
        if (prompts.isEmpty()) {
            throw new InvalidRequestException("a request needs at least one prompt; the empty prompt \"\" is one");
        }
        if (imagesPerPrompt < 1) {
            throw new InvalidRequestException("images per prompt must be at least 1, not " + imagesPerPrompt);
        }
        if (clipSkip < 0) {
            throw new InvalidRequestException("clip skip must be 0 (none) or more, not " + clipSkip);
        }
    }

    /** Starts a request for one picture of {@code prompt} with 4 steps, no guidance and seed 0. */
    public static Builder of(String prompt) {
        return of(Prompt.of(prompt));
    }

    /** Starts a request for one picture of each prompt, with 4 steps, no guidance and seed 0. */
    public static Builder of(Prompt... prompts) {
        return new Builder(List.of(prompts));
    }

    /** Returns the number of pictures. */
    public int count() {
        return prompts.size() * imagesPerPrompt;
    }

    /** Returns the prompt of picture {@code index}, 0 to {@link #count()}{@code  - 1}. */
    public Prompt promptOf(int index) {
        return prompts.get(index / imagesPerPrompt);
    }

    /** Returns the noise schedule to sample with, of a model whose own schedule is {@code own}. */
    public NoiseSchedule schedule(NoiseSchedule own) {
        return prediction.map(own::withPrediction).orElse(own);
    }

    /**
     * Returns the size in the request: the one that is set, or that of the original or of the first control picture.
     */
    public Optional<Size> pictureSize() {
        return size.or(() -> original.map(Original::picture)
                .or(() -> controls.stream().findFirst().map(Control::picture))
                .map(Size::of));
    }

    /**
     * Returns the seed of each picture.
     *
     * @throws InvalidRequestException if one would exceed the largest seed
     */
    public LongStream seeds() {
        Seeds.checkRow(seed, count());
        return LongStream.range(0, count()).map(i -> seed + i);
    }

    /**
     * Returns the request for {@code count} of the pictures, which look as they do in this one.
     *
     * @param from the number of the first of them, 0 to {@link #count()}{@code  - 1}
     */
    public ImageRequest part(int from, int count) {
        return toBuilder()
                .prompts(IntStream.range(from, from + count)
                        .mapToObj(this::promptOf)
                        .toList())
                .imagesPerPrompt(1)
                .seed(seed + from)
                .build();
    }

    /**
     * Returns whether this request and {@code other} can be drawn in one batch: they may differ in prompts, numbers of
     * pictures and seeds only.
     */
    public boolean joins(ImageRequest other) {
        return equals(other.toBuilder()
                .prompts(prompts)
                .imagesPerPrompt(imagesPerPrompt)
                .seed(seed)
                .build());
    }

    /** Joins {@code requests} to one for all their pictures, in their order; its seed is that of the first. */
    public static ImageRequest together(List<ImageRequest> requests) {
        ImageRequest first = requests.getFirst();
        if (requests.size() == 1) {
            return first;
        }
        if (!requests.stream().allMatch(first::joins)) {
            throw new InvalidRequestException(
                    "requests that are drawn in one batch may differ in prompts, numbers of pictures and seeds alone");
        }
        List<Prompt> prompts = requests.stream()
                .flatMap(request -> IntStream.range(0, request.count()).mapToObj(request::promptOf))
                .toList();
        return first.toBuilder().prompts(prompts).imagesPerPrompt(1).build();
    }

    /** Returns the files of the textual inversion embeddings. */
    public Map<String, Path> wordFiles() {
        Map<String, Path> files = new LinkedHashMap<>();
        words.forEach(learned -> files.put(learned.word(), learned.file()));
        return files;
    }

    /** Starts a request with the values of this one. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Builds requests; values that are not set have defaults. */
    public static final class Builder {
        private List<Prompt> prompts;
        private PromptSyntax syntax = PromptSyntax.PLAIN;
        private final List<LoraWeight> loras = new ArrayList<>();
        private final List<LearnedWord> words = new ArrayList<>();
        private final List<Control> controls = new ArrayList<>();
        private Optional<Original> original = Optional.empty();
        private OptionalDouble strength = OptionalDouble.empty();
        private int imagesPerPrompt = 1;
        private Optional<Size> size = Optional.empty();
        private Optional<Sampler> sampler = Optional.empty();
        private Optional<PredictionType> prediction = Optional.empty();
        private Steps steps = Steps.of(4);
        private Guidance guidance = Guidance.OFF;
        private long seed;
        private int clipSkip;
        private Optional<Tiling> tiling = Optional.empty();
        private Optional<MicroConditioning> microConditioning = Optional.empty();
        private Optional<RefinerSwitch> refinerSwitch = Optional.empty();
        private Optional<HiresPass> hires = Optional.empty();

        private Builder(List<Prompt> prompts) {
            this.prompts = prompts;
        }

        private Builder(ImageRequest request) {
            prompts = request.prompts;
            syntax = request.syntax;
            imagesPerPrompt = request.imagesPerPrompt;
            original = request.original;
            controls.addAll(request.controls);
            size = request.size;
            sampler = request.sampler;
            prediction = request.prediction;
            steps = request.steps;
            guidance = request.guidance;
            seed = request.seed;
            loras.addAll(request.loras);
            words.addAll(request.words);
            clipSkip = request.clipSkip;
            tiling = request.tiling;
            microConditioning = request.microConditioning;
            refinerSwitch = request.refinerSwitch;
            hires = request.hires;
        }

        /** Replaces the prompts. */
        public Builder prompts(List<Prompt> others) {
            prompts = others;
            return this;
        }

        /** Takes sampler, prediction, steps and guidance from a preset; what is set afterwards overrides it. */
        public Builder preset(Preset preset) {
            sampler = Optional.of(preset.sampler());
            prediction = preset.prediction();
            steps = preset.steps();
            guidance = Guidance.of(preset.guidance());
            return this;
        }

        /** Adds a LoRA, which must fit the model completely. */
        public Builder lora(Path file, double weight) {
            return lora(new LoraWeight(file, weight));
        }

        public Builder lora(LoraWeight lora) {
            loras.add(lora);
            return this;
        }

        /** Adds a textual inversion embedding for the prompts. */
        public Builder word(LearnedWord word) {
            words.add(word);
            return this;
        }

        /** Sets the picture to change, in place of pure noise. */
        public Builder original(Original value) {
            original = Optional.of(value);
            return this;
        }

        /**
         * Sets the strength: the fraction of the steps that are carried out on the original, above 0 and up to 1, where
         * nothing of it is left in the redrawn area.
         */
        public Builder strength(double share) {
            strength = OptionalDouble.of(share);
            return this;
        }

        /** Adds a ControlNet; the residuals of several add up. */
        public Builder control(Control control) {
            controls.add(control);
            return this;
        }

        /** Sets the notation of the prompts; the default is plain text. */
        public Builder syntax(PromptSyntax value) {
            syntax = value;
            return this;
        }

        public Builder imagesPerPrompt(int count) {
            imagesPerPrompt = count;
            return this;
        }

        /** Sets the size in pixels; both sides must be multiples of 8. */
        public Builder size(int width, int height) {
            size = Optional.of(new Size(width, height));
            return this;
        }

        public Builder sampler(Sampler value) {
            sampler = Optional.of(value);
            return this;
        }

        /** Sets what the U-Net predicts, where it differs from the model's configuration. */
        public Builder prediction(PredictionType value) {
            prediction = Optional.of(value);
            return this;
        }

        /** Sets the number of steps, spaced as the sampler does. */
        public Builder steps(int count) {
            return steps(Steps.of(count));
        }

        public Builder steps(Steps value) {
            steps = value;
            return this;
        }

        public Builder guidance(Guidance value) {
            guidance = value;
            return this;
        }

        /** Sets the seed, any number; the same seed gives the same picture. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public Builder clipSkip(int layers) {
            clipSkip = layers;
            return this;
        }

        /** Decodes in tiles of 512 pixels, for pictures that are too large for memory otherwise. */
        public Builder tiled() {
            tiling = Optional.of(Tiling.USUAL);
            return this;
        }

        public Builder microConditioning(MicroConditioning value) {
            microConditioning = Optional.of(value);
            return this;
        }

        /** Sets where the model's refiner takes over. */
        public Builder refinerSwitch(RefinerSwitch value) {
            refinerSwitch = Optional.of(value);
            return this;
        }

        /** Adds a second pass that draws the details of enlarged pictures. */
        public Builder hires(HiresPass value) {
            hires = Optional.of(value);
            return this;
        }

        /** Removes the second pass. */
        public Builder withoutHires() {
            hires = Optional.empty();
            return this;
        }

        public ImageRequest build() {
            Steps taken = strength.isPresent() ? steps.withStrength(strength.getAsDouble()) : steps;
            return new ImageRequest(
                    prompts,
                    syntax,
                    imagesPerPrompt,
                    original,
                    controls,
                    size,
                    sampler,
                    prediction,
                    taken,
                    guidance,
                    seed,
                    loras,
                    words,
                    clipSkip,
                    tiling,
                    microConditioning,
                    refinerSwitch,
                    hires);
        }
    }
}
