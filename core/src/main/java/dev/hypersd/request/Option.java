package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.error.Nearest;
import dev.hypersd.preset.Alphas;
import dev.hypersd.prompt.PromptSyntax;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.schedule.PredictionType;
import java.awt.Color;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * An option of pictures: its name in each of the three forms of {@link GenerationOptions}, and the format of its value.
 * This class is the table of all options, which are written in its order.
 *
 * @param <T> the type of its value
 */
public final class Option<T> {
    private static final List<Option<?>> TABLE = new ArrayList<>();

    /** The prompt. On the command line this is the argument without a name. */
    public static final Option<String> PROMPT = of("prompt", Format.TEXT, "TEXT", "What to draw.");

    public static final Option<String> NEGATIVE_PROMPT = of(
                    "negative_prompt", Format.TEXT, "TEXT", "What not to draw; needs guidance above 1.")
            .flag("--negative");

    /** The number of denoising steps; with an original picture its meaning depends on {@link #EXACT_STEPS}. */
    public static final Option<Integer> STEPS = of(
                    "steps", Format.WHOLE, "N", "How many denoising steps. Default: the preset's, or 25.")
            .infotext("Steps");

    public static final Option<String> SAMPLER = of(
                    "sampler", Format.SAMPLER, "NAME", String.join(", ", Samplers.names()) + ".")
            .infotext("Sampler");

    /** The guidance scale of classifier-free guidance. */
    public static final Option<Double> GUIDANCE = of(
                    "guidance",
                    Format.NUMBER,
                    "G",
                    "Classifier-free guidance scale; off at 1 and below. Default: the preset's, or 7.5.")
            .infotext("CFG scale");

    /**
     * The seed of the first picture as unsigned 64 bits: numbers above {@link Long#MAX_VALUE} are stored as negative
     * ones.
     */
    public static final Option<Long> SEED = of(
                    "seed", Format.SEED, "S", "Seed of the first picture. Default: a random one.")
            .infotext("Seed");

    public static final Option<Size> SIZE = of(
                    "size",
                    Format.SIZE,
                    "WxH",
                    "Width and height in pixels, multiples of 8. Default: what the model was trained for.")
            .infotext("Size");

    /** The name of the model, by which the caller chooses the model before resolving the options. */
    public static final Option<String> MODEL =
            of("model", Format.TEXT, "NAME", "The model that draws.").infotext("Model");

    /**
     * The amount of fresh noise in each step. An absent value, which differs from 0, means that of the preset, also
     * where the preset's own sampler is named, and with another sampler that sampler's default.
     */
    public static final Option<Double> ETA = of(
                    "eta",
                    Format.NUMBER,
                    "E",
                    "For tcd (which it implies) and ddim: fresh noise in each step, from 0 to 1. Default: the "
                            + "preset's, or the sampler's.")
            .infotext("Eta");

    /** The notation of prompts. */
    public static final Option<PromptSyntax> PROMPT_SYNTAX = of(
                    "prompt_syntax",
                    Format.ofEnum(PromptSyntax.class),
                    "NAME",
                    "How prompts are read: plain, or weighted, where (word:1.3) and [word] weigh, BREAK divides, and "
                            + "long prompts are taken in parts. Default: plain.")
            .infotext("Prompt syntax");

    public static final Option<Double> GUIDANCE_RESCALE = of(
                    "guidance_rescale", Format.NUMBER, "R", "Guidance rescale, 0 to 1. Default: 0.")
            .infotext("CFG rescale");

    /**
     * The number of the text encoder's last layers to skip. In infotext it is one more, because other programs count
     * from 1.
     */
    public static final Option<Integer> CLIP_SKIP = of(
                    "clip_skip", Format.WHOLE, "N", "How many of the text encoder's last layers to skip. Default: 0.")
            .infotext("Clip skip");

    public static final Option<Double> STRENGTH = of(
                    "strength",
                    Format.NUMBER,
                    "S",
                    "With --image: how far back to go, from 0 to 1, where nothing is left of it. Default: 0.75; 1 "
                            + "with --mask or --extend.")
            .infotext("Denoising strength");

    /** The strength in what a mask keeps, see {@link Original}. */
    public static final Option<Double> KEPT_STRENGTH = of(
                    "kept_strength",
                    Format.NUMBER,
                    "S",
                    "With --mask or --extend: how far back to go in what they keep, from 0, where it stays as it is, "
                            + "to 1. Default: 0.")
            .infotext("Kept strength");

    /**
     * Makes {@link #STEPS} the number of steps that are taken on an original picture. By default it is the number
     * of steps of the whole schedule, of which strength is the fraction that is taken, as in diffusers: 20 steps at
     * strength 0.75 take 15. With this option 20 are taken, of a schedule of 27.
     */
    public static final Option<Boolean> EXACT_STEPS = of(
                    "exact_steps",
                    Format.FLAG,
                    "",
                    "With --image: take as many steps as --steps says, instead of strength's share of them.")
            .infotext("Exact steps");

    /** The timesteps in decreasing order, in place of {@link #STEPS}. */
    public static final Option<List<Integer>> TIMESTEPS = of(
                    "timesteps",
                    Format.WHOLES,
                    "T,T...",
                    "Instead of --steps: the timesteps themselves, decreasing, such as 999,749,499,249.")
            .infotext("Timesteps");

    public static final Option<Double> HIRES = of(
                    "hires",
                    Format.NUMBER,
                    "FACTOR",
                    "Enlarge by this factor in a second pass, which adds details to the enlarged picture.")
            .infotext("Hires upscale");

    public static final Option<Double> HIRES_STRENGTH = of(
                    "hires_strength",
                    Format.NUMBER,
                    "S",
                    "How far back the second pass goes, from 0 to 1. Default: 0.5.")
            .infotext("Hires strength");

    /** The fraction of the noise levels after which the model's refiner takes over; 1 for never. */
    public static final Option<Double> REFINER_FROM = of(
                    "refiner_from",
                    Format.NUMBER,
                    "SHARE",
                    "The fraction of the noise levels after which the refiner takes over; 1 for never. Default: 0.8.")
            .infotext("Refiner switch at");

    /** The LoRAs. An empty list means none, not even those that come with the model. */
    public static final Option<List<LoraReference>> LORAS = of(
                    "loras", Format.LORAS, "FILE|NAME[:WEIGHT]", "LoRAs to apply to the model.")
            .flag("--lora")
            .infotext("Loras");

    /** Applies those modules that fit of LoRAs that fit the model only partly. */
    public static final Option<Boolean> LORA_PARTIAL = of(
                    "lora_partial",
                    Format.FLAG,
                    "",
                    "Apply the modules that fit of LoRAs that fit the model only partly.")
            .infotext("Lora partial");

    public static final Option<Alphas> LORA_ALPHAS = of(
                    "lora_alphas",
                    Format.ofEnum(Alphas.class),
                    "RULE",
                    "Where the alphas of a LoRA's modules differ: own (as the file says) or as_diffusers. Default: "
                            + "own.")
            .infotext("Lora alphas");

    public static final Option<List<EmbeddingReference>> EMBEDDINGS = of(
                    "embeddings", Format.EMBEDDINGS, "FILE[:WORD]", "Textual inversion embeddings, for use in prompts.")
            .flag("--embedding")
            .infotext("Embeddings");

    /** The ControlNets. On the command line each is a group of options that begin with {@code --control}. */
    public static final Option<List<ControlNetReference>> CONTROLS = of(
                    "controls", Format.CONTROLS, "", "ControlNets and the pictures that they follow.")
            .flag("--control")
            .infotext("ControlNet");

    /** The name of a preset, or {@code none}. */
    public static final Option<String> PRESET = of(
                    "preset",
                    Format.TEXT,
                    "NAME",
                    "The sampling settings of a released few-step model; chosen by the LoRA's file name. \"none\" for "
                            + "no preset.")
            .infotext("Preset");

    public static final Option<PredictionType> PREDICTION = of(
                    "prediction",
                    Format.PREDICTION,
                    "TYPE",
                    "What the U-Net predicts: epsilon, v or sample. Default: the preset's, or what the model's files "
                            + "say.")
            .infotext("Prediction");

    public static final Option<Integer> COUNT = of(
                    "count", Format.WHOLE, "N", "How many pictures, of seeds that follow each other. Default: 1.")
            .infotext("Count");

    /** The original picture. Pictures are not written into infotext. */
    public static final Option<PictureSource> IMAGE =
            of("image", Format.PICTURE, "FILE", "The original picture to change.");

    public static final Option<PictureSource> MASK = of(
            "mask",
            Format.PICTURE,
            "FILE",
            "With --image, to whose size it is resized: redraw where the mask is white, keep the picture where it is "
                    + "black.");

    /** The colour behind the transparent parts of all input pictures, those that ControlNets follow included. */
    public static final Option<Color> BACKGROUND = of(
                    "background",
                    Format.COLOUR,
                    "COLOUR",
                    "The colour of transparent parts of input pictures: white, black, grey or #rrggbb. Default: white.")
            .infotext("Background");

    public static final Option<List<Integer>> EXTEND = of(
                    "extend",
                    Format.WHOLES,
                    "LEFT,TOP,RIGHT,BOTTOM",
                    "With --image: extend the picture by so many pixels on each side.")
            .infotext("Extend");

    public static final Option<Boolean> TILED = of(
                    "tiled",
                    Format.FLAG,
                    "",
                    "Decode in tiles of 512 pixels, for pictures whose decoding takes too much memory.")
            .infotext("Tiled");

    public static final Option<String> PROMPT_2 = of(
                    "prompt_2",
                    Format.TEXT,
                    "TEXT",
                    "For SDXL: what its second text encoder reads. Default: the prompt.")
            .infotext("Prompt 2");

    public static final Option<String> NEGATIVE_PROMPT_2 = of(
                    "negative_prompt_2",
                    Format.TEXT,
                    "TEXT",
                    "For SDXL: the negative prompt of its second text encoder. Default: the negative prompt.")
            .infotext("Negative prompt 2");

    /** The size in SDXL's {@link MicroConditioning}; all sizes are width and height. */
    public static final Option<List<Integer>> ORIGINAL_SIZE = of(
                    "original_size",
                    Format.WHOLES,
                    "W,H",
                    "For SDXL: the size that a training picture had. Default: the size of the picture.")
            .infotext("Original size");

    public static final Option<List<Integer>> CROP = of(
                    "crop",
                    Format.WHOLES,
                    "TOP,LEFT",
                    "For SDXL: how much of a training picture was cut off at the top and at the left. Default: 0,0.")
            .infotext("Crop");

    public static final Option<List<Integer>> TARGET_SIZE = of(
                    "target_size",
                    Format.WHOLES,
                    "W,H",
                    "For SDXL: the size that a training picture was brought to. Default: the size of the picture.")
            .infotext("Target size");

    private final String key;
    private final Format<T> format;
    private final String label;
    private final String description;
    private final String flag;
    private final Optional<String> infotext;

    private Option(
            String key, Format<T> format, String label, String description, String flag, Optional<String> infotext) {
        this.key = key;
        this.format = format;
        this.label = label;
        this.description = description;
        this.flag = flag;
        this.infotext = infotext;
    }

    private static <T> Option<T> of(String key, Format<T> format, String label, String description) {
        return listed(new Option<>(key, format, label, description, "--" + key.replace('_', '-'), Optional.empty()));
    }

    private Option<T> flag(String other) {
        return listed(new Option<>(key, format, label, description, other, infotext));
    }

    private Option<T> infotext(String name) {
        return listed(new Option<>(key, format, label, description, flag, Optional.of(name)));
    }

    /** Adds an option to the table, or replaces the one with the same key, and returns it. */
    private static <T> Option<T> listed(Option<T> option) {
        if (!TABLE.isEmpty() && TABLE.getLast().key.equals(option.key)) {
            TABLE.removeLast();
        }
        TABLE.add(option);
        return option;
    }

    /** Returns all options, in the order in which they are written. */
    public static List<Option<?>> all() {
        return Collections.unmodifiableList(TABLE);
    }

    /**
     * Returns the option of this name in JSON. Hyphens are read as underscores, so {@code guidance-rescale} is one too.
     *
     * @throws InvalidRequestException if there is none; the message names the nearest
     */
    public static Option<?> named(String name) {
        String key = name.replace('-', '_');
        return TABLE.stream()
                .filter(option -> option.key.equals(key))
                .findFirst()
                .orElseThrow(() -> new InvalidRequestException("there is no option \"%s\"; did you mean %s?"
                        .formatted(
                                Format.shortened(name),
                                Nearest.of(key, TABLE.stream().map(Option::key).toList()))));
    }

    /** Returns the name in JSON, such as {@code guidance_rescale}. */
    public String key() {
        return key;
    }

    /** Returns the name on the command line, such as {@code --guidance-rescale}. */
    public String flag() {
        return flag;
    }

    /** Returns the name in infotext, such as {@code CFG rescale}; empty if the option is not written there. */
    Optional<String> infotext() {
        return infotext;
    }

    /** Returns the placeholder of the value for help, such as {@code N}; empty for a flag. */
    public String label() {
        return label;
    }

    /** Returns the description for help. */
    public String description() {
        return description;
    }

    /** Returns the type of its value in JSON, in the words of JSON Schema: {@code integer}. */
    public String jsonType() {
        return format.jsonType();
    }

    Format<T> format() {
        return format;
    }

    /**
     * Parses {@code text}.
     *
     * @throws dev.hypersd.error.InvalidRequestException if it is not a value of this option
     */
    public T parse(String text) {
        return format.parse(this, text);
    }

    /** Returns both names for messages, such as {@code guidance_rescale (--guidance-rescale)}. */
    @Override
    public String toString() {
        return "%s (%s)".formatted(key, flag);
    }
}
