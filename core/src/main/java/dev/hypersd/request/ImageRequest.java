package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Tiling;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.preset.Preset;
import dev.hypersd.prompt.PromptSyntax;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Steps;
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
 * Pictures to draw, all in one batch.
 *
 * <p>Picture number {@code i} (from 0) is drawn from seed {@code seed + i} and is the same in whatever batch it is
 * drawn.
 *
 * @param prompts what to draw, at least one
 * @param syntax how the prompts are read
 * @param imagesPerPrompt how many pictures of each prompt, in the order p0, p0, p1, p1
 * @param original a picture to go on from, all of it or a part; absent means from pure noise
 * @param controls ControlNets and the pictures that they follow
 * @param size of the pictures; absent means that of the original or of the first control picture, without one the size
 *     the model was trained for
 * @param sampler how to step; absent means as the model's own configuration says
 * @param steps how many steps, or which
 * @param guidance classifier-free guidance
 * @param seed of the first picture
 * @param loras laid over the model, in any order
 * @param words learned by textual inversion, that prompts may use
 * @param clipSkip how many of the text encoder's last layers to leave out
 * @param tiling decodes large pictures in tiles of bounded memory; absent means whole
 * @param microConditioning SDXL's framing; absent means a whole picture of the requested size
 * @param refinerSwitch lets the model's refiner draw the last steps; absent means that the model draws all
 * @param hires a second pass that makes larger pictures of the first one's; absent means none
 */
public record ImageRequest(
        List<Prompt> prompts,
        PromptSyntax syntax,
        int imagesPerPrompt,
        Optional<Original> original,
        List<Control> controls,
        Optional<Size> size,
        Optional<Sampler> sampler,
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

    /** Starts a request for one picture of {@code prompt}: 4 steps, no guidance, seed 0. */
    public static Builder of(String prompt) {
        return of(Prompt.of(prompt));
    }

    /** Starts a request for one picture of each prompt. */
    public static Builder of(Prompt... prompts) {
        return new Builder(List.of(prompts));
    }

    /** Returns how many pictures the request asks for. */
    public int count() {
        return prompts.size() * imagesPerPrompt;
    }

    /** Returns the prompt of picture {@code index}, 0 to {@link #count()}{@code  - 1}. */
    public Prompt promptOf(int index) {
        return prompts.get(index / imagesPerPrompt);
    }

    /**
     * Returns the size that the request tells: the one asked for, or that of the picture it goes on from or follows.
     */
    public Optional<Size> pictureSize() {
        return size.or(() -> original.map(Original::picture)
                .or(() -> controls.stream().findFirst().map(Control::picture))
                .map(Size::of));
    }

    /**
     * Returns the seed of each picture.
     *
     * @throws InvalidRequestException if they go beyond the last one there is
     */
    public LongStream seeds() {
        Seeds.checkRow(seed, count());
        return LongStream.range(0, count()).map(i -> seed + i);
    }

    /**
     * Returns whether this request and {@code other} can be drawn in one batch: they may differ in prompts, numbers of
     * pictures and seeds.
     */
    public boolean joins(ImageRequest other) {
        return equals(other.toBuilder()
                .prompts(prompts)
                .imagesPerPrompt(imagesPerPrompt)
                .seed(seed)
                .build());
    }

    /**
     * Returns one request for the pictures of all {@code requests}, in their order; its seed is that of the first
     * alone.
     */
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

    /** Returns the files of the learned words. */
    public Map<String, Path> wordFiles() {
        Map<String, Path> files = new LinkedHashMap<>();
        words.forEach(learned -> files.put(learned.word(), learned.file()));
        return files;
    }

    /** Starts a request that differs from this one in what is set afterwards. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Collects what differs from the defaults. */
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

        /** What to draw, one prompt or several, instead of what was asked for so far. */
        public Builder prompts(List<Prompt> others) {
            prompts = others;
            return this;
        }

        /** Takes sampler, steps and guidance from a preset; what is set afterwards overrides it. */
        public Builder preset(Preset preset) {
            sampler = Optional.of(preset.sampler());
            steps = preset.steps();
            guidance = Guidance.of(preset.guidance());
            return this;
        }

        /** Lays a LoRA over the model, which it has to fit in whole. */
        public Builder lora(Path file, double weight) {
            return lora(new LoraWeight(file, weight));
        }

        public Builder lora(LoraWeight lora) {
            loras.add(lora);
            return this;
        }

        /** Lets prompts use a word that was learned by textual inversion. */
        public Builder word(LearnedWord word) {
            words.add(word);
            return this;
        }

        /** Goes on from a picture instead of pure noise. */
        public Builder original(Original value) {
            original = Optional.of(value);
            return this;
        }

        /**
         * How far back to go from the original: the share of the steps to take, above 0 and up to 1, where nothing is
         * left of what is drawn anew.
         */
        public Builder strength(double share) {
            strength = OptionalDouble.of(share);
            return this;
        }

        /** Lets a ControlNet speak; several add up. */
        public Builder control(Control control) {
            controls.add(control);
            return this;
        }

        /** How the prompts are read; as they are unless set. */
        public Builder syntax(PromptSyntax value) {
            syntax = value;
            return this;
        }

        public Builder imagesPerPrompt(int count) {
            imagesPerPrompt = count;
            return this;
        }

        /** In pixels; both sides multiples of 8. */
        public Builder size(int width, int height) {
            size = Optional.of(new Size(width, height));
            return this;
        }

        public Builder sampler(Sampler value) {
            sampler = Optional.of(value);
            return this;
        }

        /** Returns how many steps, spaced as the sampler does it. */
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

        /** Any number; the same one gives the same picture. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public Builder clipSkip(int layers) {
            clipSkip = layers;
            return this;
        }

        /** Decodes in tiles of 512 pixels: for pictures whose decoding would not fit into memory. */
        public Builder tiled() {
            tiling = Optional.of(Tiling.USUAL);
            return this;
        }

        public Builder microConditioning(MicroConditioning value) {
            microConditioning = Optional.of(value);
            return this;
        }

        /** Lets the model's refiner draw the last steps. */
        public Builder refinerSwitch(RefinerSwitch value) {
            refinerSwitch = Optional.of(value);
            return this;
        }

        /** Enlarges the pictures and draws their details in a second pass. */
        public Builder hires(HiresPass value) {
            hires = Optional.of(value);
            return this;
        }

        /** Draws in one pass only. */
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
