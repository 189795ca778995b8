package dev.hypersd.image;

import dev.hypersd.error.InvalidFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The parameters by which a picture was made, in the text form that AUTOMATIC1111's web interface introduced and most
 * programs read ("infotext"):
 *
 * <pre>{@code
 * a cat on a roof
 * Negative prompt: blurry
 * Steps: 4, Sampler: TCD, CFG scale: 0, Seed: 7, Size: 512x512, Model: sd15
 * }</pre>
 *
 * <p>Parameters that are written are read back unchanged. Where other programs would read a prompt differently, for
 * example because one of its lines begins with {@code Negative prompt:}, the settings repeat the prompts in quotes.
 *
 * @param prompt what the picture should show
 * @param negativePrompt what the picture should not show; may be empty
 * @param settings names and values in the order in which they are written; the first should be {@code Steps}, by which
 *     other programs recognise the settings
 */
public record GenerationParameters(String prompt, String negativePrompt, SequencedMap<String, String> settings) {
    public GenerationParameters {
        settings = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(settings));
        for (String name : settings.keySet()) {
            if (!isName(name)) {
                throw new IllegalArgumentException(
                        "the name of a setting has no colons, commas, quotes, line breaks or margins, as \"%s\" has"
                                .formatted(name));
            }
        }
    }

    /**
     * Returns whether {@code text} can be the name of a setting: it is not empty, does not begin or end with a space,
     * and has no character that ends a name.
     */
    static boolean isName(String text) {
        return !text.isBlank() && text.equals(text.strip()) && text.chars().noneMatch(c -> ":,\"\r\n".indexOf(c) >= 0);
    }

    /** Creates parameters without settings. */
    public static GenerationParameters of(String prompt, String negativePrompt) {
        return new GenerationParameters(prompt, negativePrompt, new LinkedHashMap<>());
    }

    /** Returns these parameters with a setting added or replaced. */
    public GenerationParameters with(String name, Object value) {
        SequencedMap<String, String> more = new LinkedHashMap<>(settings);
        more.put(name, value.toString());
        return new GenerationParameters(prompt, negativePrompt, more);
    }

    /** Returns the value of a setting. */
    public Optional<String> setting(String name) {
        return Optional.ofNullable(settings.get(name));
    }

    /** Returns the infotext, from which {@link #parse} reads the same parameters. */
    public String toText() {
        return Infotext.write(this);
    }

    /**
     * Parses an infotext of this or another program. A text without settings is a prompt; settings that cannot be read
     * are left out.
     */
    public static GenerationParameters parse(String text) {
        return Infotext.read(text);
    }

    /**
     * Reads the parameters in a PNG, JPEG or WebP file, if it has any, including those that Fooocus, ComfyUI, InvokeAI
     * and NovelAI write as JSON.
     *
     * @throws InvalidFileException if the file cannot be read, or has parameters of another program that cannot be
     *     read, which the message names
     */
    public static Optional<GenerationParameters> read(Path file) {
        byte[] encoded = ImageDecoder.bytes(file);
        Optional<GenerationParameters> found = find(encoded);
        if (found.isEmpty()) {
            ForeignParameters.of(encoded).ifPresent(foreign -> {
                throw new InvalidFileException(
                        file,
                        "has parameters of %s that cannot be read: give prompt and options yourself"
                                .formatted(foreign.program()));
            });
        }
        return found;
    }

    /**
     * Reads the parameters in a PNG, JPEG or WebP file that is in memory; empty if it is of another format or has none.
     */
    public static Optional<GenerationParameters> find(byte[] encoded) {
        return ForeignParameters.of(encoded)
                .map(ForeignParameters::parameters)
                .orElseGet(() -> PictureTexts.of(encoded).text(Png.KEYWORD).map(GenerationParameters::parse));
    }
}
