package dev.hypersd.request;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.GenerationParameters;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import java.awt.Color;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/**
 * The options of pictures, all of them optional: {@link Option} lists them. Command line, servers and files use them in
 * three forms, each of which is read back as it was written: JSON, infotext (which is written into picture files), and
 * the arguments of {@code generate}. {@link #resolve} makes a request from them, and is the only place where presets
 * and defaults are applied.
 *
 * <p>So a picture is drawn again from its file:
 *
 * <pre>{@code
 * GenerationOptions options = GenerationOptions.read(Path.of("fox.png"));
 * try (DiffusionPipeline pipeline = DiffusionPipeline.load(Path.of("sd15"))) {
 *     ImageRequest request = options.resolve(pipeline.target(), NameResolver.FILES).request();
 *     pipeline.generate(request).getFirst().save(Path.of("again.png"));
 * }
 * }</pre>
 *
 * <p>Immutable.
 */
public final class GenerationOptions {
    private static final Path SOURCE = Path.of("options");

    /** Options without any value. */
    public static final GenerationOptions NONE = new GenerationOptions(Map.of());

    /** The values, in the order of {@link Option}. */
    private final Map<Option<?>, Object> values;

    private GenerationOptions(Map<Option<?>, Object> values) {
        Map<Option<?>, Object> ordered = new LinkedHashMap<>();
        Option.all().stream()
                .filter(values::containsKey)
                .forEach(option -> ordered.put(option, Objects.requireNonNull(values.get(option))));
        this.values = Collections.unmodifiableMap(ordered);
    }

    /** Creates options with a prompt only. */
    public static GenerationOptions of(String prompt) {
        return builder().set(Option.PROMPT, prompt).build();
    }

    /** Starts without any value. */
    public static Builder builder() {
        return new Builder(NONE);
    }

    /** Starts with the values of these options. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Returns the value of {@code option}, if it has one. */
    @SuppressWarnings("unchecked") // the builder takes values of the right type only
    public <T> Optional<T> get(Option<T> option) {
        return Optional.ofNullable((T) values.get(option));
    }

    /** Returns whether {@code option} has a value. */
    public boolean has(Option<?> option) {
        return values.containsKey(option);
    }

    /**
     * Returns these options with absent values taken from {@code beneath}. Steps and timesteps exclude each other, so
     * either replaces the other. A LoRA or a ControlNet takes its absent settings, such as the weight, from the one of
     * the same file name in {@code beneath}.
     */
    public GenerationOptions over(GenerationOptions beneath) {
        Map<Option<?>, Object> merged = new LinkedHashMap<>(beneath.values);
        if (has(Option.STEPS) || has(Option.TIMESTEPS)) {
            merged.remove(Option.STEPS);
            merged.remove(Option.TIMESTEPS);
        }
        merged.putAll(values);
        get(Option.LORAS).ifPresent(loras -> merged.put(Option.LORAS, weighted(loras, beneath)));
        get(Option.CONTROLS).ifPresent(controls -> merged.put(Option.CONTROLS, controlled(controls, beneath)));
        return new GenerationOptions(merged);
    }

    private static List<LoraReference> weighted(List<LoraReference> loras, GenerationOptions beneath) {
        return loras.stream()
                .map(lora -> lora.weight().isPresent()
                        ? lora
                        : beneath.get(Option.LORAS).orElse(List.of()).stream()
                                .filter(other -> isSame(other.name(), lora.name()))
                                .findFirst()
                                .map(other -> new LoraReference(lora.name(), other.weight()))
                                .orElse(lora))
                .toList();
    }

    private static List<ControlNetReference> controlled(List<ControlNetReference> controls, GenerationOptions beneath) {
        return controls.stream()
                .map(control -> beneath.get(Option.CONTROLS).orElse(List.of()).stream()
                        .filter(other -> isSame(other.name(), control.name()))
                        .findFirst()
                        .map(control::over)
                        .orElse(control))
                .toList();
    }

    /** Returns whether two names are those of one file, in any folder. */
    private static boolean isSame(String name, String other) {
        return fileName(name).equals(fileName(other));
    }

    static String fileName(String name) {
        return name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    }

    /**
     * Makes the request that these options mean for {@code model}.
     *
     * @throws dev.hypersd.error.InvalidRequestException if they contradict each other or do not fit the model
     * @throws InvalidFileException if a picture that they name cannot be read
     */
    public ResolvedOptions resolve(TargetModel model, NameResolver names) {
        return new OptionsResolver(this, model, names).resolve();
    }

    /**
     * Reads the options from the parameters in a PNG, JPEG or WebP file. {@link ReadInfotext#of(Path)} also returns
     * what was left out.
     *
     * @throws InvalidFileException if the file cannot be read or has no parameters
     */
    public static GenerationOptions read(Path file) {
        return ReadInfotext.of(file).options();
    }

    /** Returns the options in {@code infotext} that are known here. */
    public static GenerationOptions of(GenerationParameters infotext) {
        return ReadInfotext.of(infotext).options();
    }

    /** Returns these options as infotext, without pictures. */
    public GenerationParameters toInfotext() {
        return InfotextForm.write(this);
    }

    /**
     * Parses a JSON object.
     *
     * @throws InvalidFileException if it is not a JSON object, or has an unknown key (the message names the nearest) or
     *     an invalid value
     */
    public static GenerationOptions parse(String json) {
        JsonObject object = Json.parse(SOURCE, json.getBytes(StandardCharsets.UTF_8));
        GenerationOptions options = of(object, (_, text) -> Pictures.parse(text));
        object.refuseUnread();
        return options;
    }

    /**
     * Parses options that are given by name, such as the properties of a configuration. Names are those in JSON, with
     * hyphens or underscores, and values are written as on the command line.
     *
     * @throws dev.hypersd.error.InvalidRequestException if there is no such option (the message names the nearest), or
     *     a value is invalid
     */
    public static GenerationOptions parse(Map<String, String> texts) {
        Builder builder = builder();
        texts.forEach((name, text) -> builder.parse(Option.named(name), text));
        return builder.build();
    }

    /**
     * Returns the option {@link Option#BACKGROUND} of a JSON object, white if it is absent, for whoever decodes the
     * pictures in the same object at once.
     *
     * @throws InvalidFileException if it is no colour
     */
    public static Color background(JsonObject object) {
        return object.has(Option.BACKGROUND.key())
                ? Format.COLOUR
                        .fromJson()
                        .apply(
                                new Format.JsonSource(object, (_, text) -> Pictures.parse(text)),
                                Option.BACKGROUND.key())
                : Color.WHITE;
    }

    /**
     * Reads the options from a JSON object that may have other keys too.
     *
     * @param pictures makes a picture from the name of a field and its text; for requests of strangers it must not open
     *     files that they name
     */
    public static GenerationOptions of(JsonObject object, BiFunction<String, String, PictureSource> pictures) {
        Format.JsonSource source = new Format.JsonSource(object, pictures);
        Builder builder = builder();
        Option.all().forEach(option -> builder.read(option, source));
        return builder.build();
    }

    /** Returns these options as a JSON object in one line; pictures in memory are embedded. */
    public String toJson() {
        Map<String, Object> object = new LinkedHashMap<>();
        values.keySet().forEach(option -> object.put(option.key(), node(option)));
        return Json.MAPPER.writeValueAsString(object);
    }

    private <T> Object node(Option<T> option) {
        return option.format().toJson().apply(get(option).orElseThrow());
    }

    /**
     * Returns these options as arguments of {@code hypersd generate}. The command reads a value of exactly two hyphens
     * as the end of its options; every other text is read back as it was.
     *
     * @throws dev.hypersd.error.InvalidRequestException if a picture is in memory
     */
    public List<String> toArguments() {
        return ArgumentsForm.write(this);
    }

    /** Returns the values by option. */
    Map<Option<?>, Object> values() {
        return values;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GenerationOptions options && values.equals(options.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    /** Returns the JSON form, without long pictures. */
    @Override
    public String toString() {
        return Format.shortened(values.toString());
    }

    /** Builds options. */
    public static final class Builder {
        private final Map<Option<?>, Object> values;

        private Builder(GenerationOptions options) {
            this.values = new LinkedHashMap<>(options.values);
        }

        /** Sets {@code option} to {@code value}. */
        public <T> Builder set(Option<T> option, T value) {
            values.put(option, value instanceof List<?> list ? List.copyOf(list) : value);
            return this;
        }

        /** Removes the value of {@code option}. */
        public Builder unset(Option<?> option) {
            values.remove(option);
            return this;
        }

        private <T> void read(Option<T> option, Format.JsonSource source) {
            if (source.object().has(option.key())) {
                set(option, option.format().fromJson().apply(source, option.key()));
            }
        }

        /** Sets {@code option} to the value that {@code text} means. */
        public <T> Builder parse(Option<T> option, String text) {
            return set(option, option.parse(text));
        }

        public Builder prompt(String text) {
            return set(Option.PROMPT, text);
        }

        public Builder negativePrompt(String text) {
            return set(Option.NEGATIVE_PROMPT, text);
        }

        public Builder steps(int count) {
            return set(Option.STEPS, count);
        }

        /** Sets the timesteps, in decreasing order, which replaces the number of steps. */
        public Builder timesteps(int... timesteps) {
            return set(Option.TIMESTEPS, IntStream.of(timesteps).boxed().toList());
        }

        public Builder sampler(String name) {
            return set(Option.SAMPLER, Option.SAMPLER.parse(name));
        }

        public Builder eta(double value) {
            return set(Option.ETA, value);
        }

        public Builder guidance(double scale) {
            return set(Option.GUIDANCE, scale);
        }

        public Builder seed(long value) {
            return set(Option.SEED, value);
        }

        public Builder count(int pictures) {
            return set(Option.COUNT, pictures);
        }

        public Builder size(int width, int height) {
            return set(Option.SIZE, new Size(width, height));
        }

        public Builder strength(double share) {
            return set(Option.STRENGTH, share);
        }

        public Builder image(PictureSource picture) {
            return set(Option.IMAGE, picture);
        }

        public Builder mask(PictureSource picture) {
            return set(Option.MASK, picture);
        }

        public Builder preset(String name) {
            return set(Option.PRESET, name);
        }

        public Builder model(String name) {
            return set(Option.MODEL, name);
        }

        /** Adds a LoRA. */
        public Builder lora(LoraReference lora) {
            return append(Option.LORAS, lora);
        }

        /** Adds a ControlNet. */
        public Builder control(ControlNetReference control) {
            return append(Option.CONTROLS, control);
        }

        private <T> Builder append(Option<List<T>> option, T value) {
            List<T> more =
                    new ArrayList<>(new GenerationOptions(values).get(option).orElse(List.of()));
            more.add(value);
            return set(option, more);
        }

        public GenerationOptions build() {
            return new GenerationOptions(values);
        }
    }
}
