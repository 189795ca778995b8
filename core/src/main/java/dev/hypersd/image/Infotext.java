package dev.hypersd.image;

import dev.hypersd.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;

/**
 * Reads and writes generation parameters as infotext, the text form that AUTOMATIC1111's web interface introduced: the
 * prompt, the negative prompt, and the settings, which begin with a line {@code Steps: ...}.
 *
 * <p>Reading is lenient, because each program writes this form a little differently: an entry that is not {@code name:
 * value} is left out and the others are kept, values may be JSON, settings may extend over several lines, and lines may
 * end in CRLF. It takes time proportional to the length of the text, and never recurses.
 */
final class Infotext {
    private static final String NEGATIVE = "Negative prompt:";

    /** The setting that repeats the prompt as a JSON string where the plain text would be read back differently. */
    private static final String EXACT_PROMPT = "Exact prompt";

    private static final String EXACT_NEGATIVE = "Exact negative prompt";

    private static final Pattern NEGATIVE_LINE = Pattern.compile("(^|\n)" + NEGATIVE + " ?");
    private static final Pattern STEPS_LINE = Pattern.compile("(^|\n)(?=Steps: *\\d)");

    /** Settings with bars between them, as SD.Next has written them. */
    private static final Pattern BARS = Pattern.compile("Steps: *\\d+ *\\| *[A-Z][\\w ]*:");

    private static final Pattern LONE_LINE_FEED = Pattern.compile("(^|[^\r])\n");

    /**
     * The fewest settings that make a last line without {@code Steps} a line of settings; with fewer it could be a line
     * of the prompt.
     */
    private static final int FEWEST_SETTINGS = 3;

    private Infotext() {}

    /** Writes {@code parameters} so that {@link #read} returns them unchanged. */
    static String write(GenerationParameters parameters) {
        String text = write(parameters, parameters.settings());
        if (read(text).equals(parameters)) {
            return text;
        }
        SequencedMap<String, String> settings = new LinkedHashMap<>(parameters.settings());
        settings.put(EXACT_PROMPT, parameters.prompt());
        settings.put(EXACT_NEGATIVE, parameters.negativePrompt());
        String exact = write(parameters, settings);
        // A prompt with a line that looks like settings is written in quotes only.
        return read(exact).equals(parameters) ? exact : write(GenerationParameters.of("", ""), settings);
    }

    private static String write(GenerationParameters parameters, Map<String, String> settings) {
        StringBuilder text = new StringBuilder(parameters.prompt()).append('\n');
        if (!parameters.negativePrompt().isEmpty()) {
            text.append(NEGATIVE)
                    .append(' ')
                    .append(parameters.negativePrompt())
                    .append('\n');
        }
        String separator = "";
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            text.append(separator).append(setting.getKey()).append(": ").append(quoted(setting.getValue()));
            separator = ", ";
        }
        return text.toString();
    }

    /** Reads an infotext of this or another program. A text without settings is a prompt. */
    static GenerationParameters read(String text) {
        boolean crlf = text.contains("\n") && !LONE_LINE_FEED.matcher(text).find();
        String lines = crlf ? text.replace("\r\n", "\n") : text.contains("\n") ? text : text.replace('\r', '\n');
        int start = settingsStart(lines);
        SequencedMap<String, String> settings = BARS.matcher(lines)
                        .region(Math.min(start, lines.length()), lines.length())
                        .lookingAt()
                ? new Scanner(lines.substring(start).replaceAll(" *\\| *", ", "), 0).settings
                : new Scanner(lines, start).settings;
        String prompts = lines.substring(0, Math.max(0, start - 1));
        Matcher negative = NEGATIVE_LINE.matcher(prompts);
        boolean divided = negative.find();
        String plain = divided ? prompts.substring(0, negative.start()) : prompts;
        String plainNegative = divided ? prompts.substring(negative.end()) : "";
        return new GenerationParameters(
                Optional.ofNullable(settings.remove(EXACT_PROMPT)).orElse(plain),
                Optional.ofNullable(settings.remove(EXACT_NEGATIVE)).orElse(plainNegative),
                settings);
    }

    /**
     * Returns where the settings begin: at the last line that begins with {@code Steps}, or at a last line that is
     * empty or consists of settings only. Returns one more than the length of the text if there are none.
     */
    private static int settingsStart(String text) {
        int steps = -1;
        for (Matcher line = STEPS_LINE.matcher(text); line.find(); ) {
            steps = line.end();
        }
        if (steps >= 0) {
            return steps;
        }
        int lastLine = text.lastIndexOf('\n') + 1;
        Scanner scanner = new Scanner(text, lastLine);
        boolean certain = lastLine == text.length()
                || scanner.settings.containsKey(EXACT_PROMPT)
                || (scanner.settings.size() >= FEWEST_SETTINGS && scanner.entries == scanner.settings.size());
        return certain ? lastLine : text.length() + 1;
    }

    /** Quotes a value as a JSON string where it could otherwise not be read back. */
    private static String quoted(String value) {
        boolean plain = value.equals(value.strip())
                && value.chars().noneMatch(c -> ",:\"\n\r".indexOf(c) >= 0)
                && !value.startsWith("{")
                && !value.startsWith("[");
        return plain ? value : Json.MAPPER.writeValueAsString(value);
    }

    /** Splits the settings into entries, one after another. */
    private static final class Scanner {
        private final SequencedMap<String, String> settings = new LinkedHashMap<>();

        private final String text;
        private int at;

        /** The number of entries, including those that cannot be read. */
        private int entries;

        /**
         * Whether brackets were found that do not enclose a value. They are not tried again, so that the time stays
         * linear.
         */
        private boolean oddBrackets;

        Scanner(String text, int start) {
            this.text = text;
            for (at = start; at < text.length(); at++) {
                int end = endOf(at, ":,\n\"");
                String name = text.substring(at, end).strip();
                if (end < text.length() && text.charAt(end) == ':' && GenerationParameters.isName(name)) {
                    at = end + 1;
                    settings.put(name, value());
                    entries++;
                } else if (name.isEmpty() && (end == text.length() || text.charAt(end) == '\n')) {
                    at = end;
                } else {
                    // What stands up to the next comma cannot be read.
                    entries++;
                    at = endOf(end, ",\n");
                }
            }
        }

        /** Reads the value that begins at the current place, and stops at the comma or the end of the line after it. */
        private String value() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
                at++;
            }
            int end = text.length();
            if (at < text.length() && text.charAt(at) == '"') {
                end = afterString(at);
            } else if (at < text.length() && "{[".indexOf(text.charAt(at)) >= 0 && !oddBrackets) {
                end = afterBrackets(at);
                oddBrackets = end < 0 || !endsEntry(end);
            } else {
                end = -1;
            }
            if (end < 0 || !endsEntry(end)) {
                end = endOf(at, ",\n");
            }
            String value = text.substring(at, end).strip();
            at = endOf(end, ",\n");
            return unquoted(value);
        }

        private boolean endsEntry(int end) {
            int next = end;
            while (next < text.length() && " \t\r".indexOf(text.charAt(next)) >= 0) {
                next++;
            }
            return next == text.length() || text.charAt(next) == ',' || text.charAt(next) == '\n';
        }

        /** Returns the first place from {@code start} with one of {@code characters}, or the end of the text. */
        private int endOf(int start, String characters) {
            int end = start;
            while (end < text.length() && characters.indexOf(text.charAt(end)) < 0) {
                end++;
            }
            return end;
        }

        /** Returns the place after the string that begins at {@code start}, or -1 if it does not end. */
        private int afterString(int start) {
            for (int i = start + 1; i < text.length(); i++) {
                if (text.charAt(i) == '\\') {
                    i++;
                } else if (text.charAt(i) == '"') {
                    return i + 1;
                }
            }
            return -1;
        }

        /**
         * Returns the place after the brackets that open at {@code start}, skipping strings within them; -1 if they do
         * not close.
         */
        private int afterBrackets(int start) {
            int depth = 0;
            for (int i = start; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '"') {
                    i = afterString(i) - 1;
                    if (i < 0) {
                        return -1;
                    }
                } else if (c == '{' || c == '[') {
                    depth++;
                } else if ((c == '}' || c == ']') && --depth == 0) {
                    return i + 1;
                }
            }
            return -1;
        }

        private static String unquoted(String value) {
            if (!value.startsWith("\"")) {
                return value;
            }
            try {
                return Json.MAPPER.readValue(value, String.class);
            } catch (JacksonException e) {
                // Another program's idea of quotes; a line break within them is usual, and no JSON.
                return value.length() > 1 && value.endsWith("\"") ? value.substring(1, value.length() - 1) : value;
            }
        }
    }
}
