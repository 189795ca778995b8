package dev.hypersd.image;

import dev.hypersd.json.Json;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;

/**
 * How a picture was made, in the words that AUTOMATIC1111's web interface introduced and most tools read:
 *
 * <pre>{@code
 * a cat on a roof
 * Negative prompt: blurry
 * Steps: 4, Sampler: TCD, CFG scale: 0, Seed: 7, Size: 512x512, Model: sd15
 * }</pre>
 *
 * <p>A prompt with a line that begins with {@code Negative prompt:} is read back divided there; everything else is read back as it
 * was written.
 *
 * @param prompt what the picture should show
 * @param negativePrompt what it should not show; empty for nothing
 * @param settings names and values in the order they are written; by custom the first is {@code Steps}
 */
public record GenerationParameters(String prompt, String negativePrompt, SequencedMap<String, String> settings) {
    private static final String NEGATIVE = "Negative prompt:";

    private static final Pattern NEGATIVE_LINE = Pattern.compile("(^|\n)" + NEGATIVE + " ?");

    /** Fewer settings than this could be a line of the prompt. */
    private static final int FEWEST_SETTINGS = 3;

    private static final Pattern NAME = Pattern.compile("\\w[\\w /-]*");

    /** A name, and a value that is quoted or runs to the next comma. */
    private static final Pattern SETTING =
            Pattern.compile("\\s*(\\w[\\w /-]*):\\s*(\"(?:\\\\.|[^\\\\\"])*\"|[^,]*)(?:,|$)");

    public GenerationParameters {
        settings = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(settings));
        for (String name : settings.keySet()) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "a setting is named by letters, digits, spaces, - and /, not \"" + name + "\"");
            }
        }
    }

    /** Prompts without any setting yet. */
    public static GenerationParameters of(String prompt, String negativePrompt) {
        return new GenerationParameters(prompt, negativePrompt, new LinkedHashMap<>());
    }

    /** These parameters with one setting more, or another value of it. */
    public GenerationParameters with(String name, Object value) {
        SequencedMap<String, String> more = new LinkedHashMap<>(settings);
        more.put(name, value.toString());
        return new GenerationParameters(prompt, negativePrompt, more);
    }

    /** The value of a setting. */
    public Optional<String> setting(String name) {
        return Optional.ofNullable(settings.get(name));
    }

    /** The text to be written into a file. */
    public String toText() {
        StringBuilder text = new StringBuilder(prompt).append('\n');
        if (!negativePrompt.isEmpty()) {
            text.append(NEGATIVE).append(' ').append(negativePrompt).append('\n');
        }
        String separator = "";
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            text.append(separator).append(setting.getKey()).append(": ").append(quoted(setting.getValue()));
            separator = ", ";
        }
        return text.toString();
    }

    /** Reads the text of a file, from here or from another tool. A text without settings is a prompt. */
    public static GenerationParameters parse(String text) {
        int lastLine = text.lastIndexOf('\n') + 1;
        Optional<SequencedMap<String, String>> settings = settings(text.substring(lastLine));
        String prompts = settings.isPresent() ? text.substring(0, Math.max(0, lastLine - 1)) : text;
        Matcher negative = NEGATIVE_LINE.matcher(prompts);
        boolean divided = negative.find();
        return new GenerationParameters(
                divided ? prompts.substring(0, negative.start()) : prompts,
                divided ? prompts.substring(negative.end()) : "",
                settings.orElseGet(LinkedHashMap::new));
    }

    /**
     * The parameters in a PNG, JPEG or WebP file, if it has any.
     *
     * @throws dev.hypersd.error.InvalidFileException if the file cannot be read
     */
    public static Optional<GenerationParameters> read(Path file) {
        return find(ImageDecoder.bytes(file));
    }

    /** The parameters in a PNG or JPEG file that is in memory, if it is one and has any. */
    public static Optional<GenerationParameters> find(byte[] encoded) {
        return PngText.find(encoded, Png.KEYWORD)
                .or(() -> ExifComment.find(encoded))
                .map(GenerationParameters::parse);
    }

    /** The settings in a line, if it is nothing but settings. */
    private static Optional<SequencedMap<String, String>> settings(String line) {
        SequencedMap<String, String> settings = new LinkedHashMap<>();
        Matcher matcher = SETTING.matcher(line);
        for (int at = 0; at < line.length(); at = matcher.end()) {
            if (!matcher.region(at, line.length()).lookingAt()) {
                return Optional.empty();
            }
            settings.put(matcher.group(1), unquoted(matcher.group(2)));
        }
        boolean certain = line.isEmpty() || line.startsWith("Steps:") || settings.size() >= FEWEST_SETTINGS;
        return certain ? Optional.of(settings) : Optional.empty();
    }

    /** As a JSON string where the text would otherwise end early or lose its margins. */
    private static String quoted(String value) {
        boolean plain = value.equals(value.strip()) && value.chars().noneMatch(c -> ",:\"\n\r".indexOf(c) >= 0);
        return plain ? value : Json.MAPPER.writeValueAsString(value);
    }

    private static String unquoted(String value) {
        if (!value.startsWith("\"")) {
            return value;
        }
        try {
            return Json.MAPPER.readValue(value, String.class);
        } catch (JacksonException e) {
            // Another tool's idea of quotes.
            return value;
        }
    }
}
