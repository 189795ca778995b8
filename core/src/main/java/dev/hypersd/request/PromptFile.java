package dev.hypersd.request;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Prompts that are listed in a file, always in the same order. The ending of its name says what it is:
 *
 * <ul>
 *   <li>{@code .jsonl} or {@code .ndjson}: a JSON value in each line, which is a text or an object with {@code prompt}
 *       and any other key of {@link Option};
 *   <li>{@code .json}: the captions of COCO, or one list of such values;
 *   <li>{@code .txt} and any other: a prompt in each line.
 * </ul>
 *
 * <p>Files are in UTF-8; a byte-order mark and the ends of lines of any system are no part of a prompt, and neither is
 * white space around it. Lines with nothing in them do not count. A prompt that occurs again counts again.
 *
 * @param path the file
 * @param captions how captions of COCO were chosen; absent for other files
 * @param entries at least one
 * @param warnings about what is odd and does no harm, in full sentences
 */
public record PromptFile(Path path, Optional<CaptionChoice> captions, List<Entry> entries, List<String> warnings) {
    /** The largest file that is read: twice the size of the captions of COCO's training pictures. */
    private static final long LARGEST = 256L << 20;

    private static final int MOST = 1_000_000;
    private static final Pattern LIMITED = Pattern.compile("(.+):([1-9]\\d{0,6})");
    private static final List<String> JSON_LINES = List.of(".jsonl", ".ndjson");
    private static final List<String> OTHERS = List.of(".csv", ".tsv", ".parquet", ".xlsx", ".yaml", ".yml", ".zip");

    /**
     * A prompt of the file.
     *
     * @param options the prompt, and any other options that the file sets
     * @param image the file name of the image that the prompt describes, if known
     */
    public record Entry(GenerationOptions options, Optional<String> image) {
        private static Entry of(GenerationOptions options) {
            return new Entry(options, Optional.empty());
        }
    }

    public PromptFile {
        entries = List.copyOf(entries);
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads the prompts that {@code FILE} or {@code FILE:N} names: all of the file, or the first N.
     *
     * @param captions how captions of COCO are chosen; absent means {@link CaptionChoice#FIRST}
     * @throws InvalidFileException if the file cannot be read, has no prompts or fewer than N, or is not what its name
     *     says; the message names the line
     * @throws InvalidRequestException if captions are to be chosen in a file that has no images with captions
     */
    public static PromptFile named(String text, Optional<CaptionChoice> captions) {
        Matcher limited = LIMITED.matcher(text);
        return limited.matches()
                ? read(Path.of(limited.group(1)), captions).first(Integer.parseInt(limited.group(2)))
                : read(Path.of(text), captions);
    }

    /** Reads all prompts of {@code file}, as {@link #named} does. */
    public static PromptFile read(Path file, Optional<CaptionChoice> captions) {
        checkKind(file);
        Reader reader = new Reader(file, captions.orElse(CaptionChoice.FIRST));
        List<Entry> entries = reader.entries();
        if (captions.isPresent() && !reader.isCoco) {
            throw new InvalidRequestException(
                    "%s has no images with captions to choose from: leave out \"%s\"".formatted(file, captions.get()));
        }
        if (entries.isEmpty()) {
            throw new InvalidFileException(file, "has no prompts");
        }
        if (entries.size() > MOST) {
            throw new InvalidFileException(file, "has %d prompts, more than %d".formatted(entries.size(), MOST));
        }
        return new PromptFile(
                file,
                reader.isCoco ? Optional.of(reader.choice) : Optional.empty(),
                entries,
                reader.unknown.isEmpty()
                        ? List.of()
                        : List.of("%s: keys that are not options have no effect: %s"
                                .formatted(file, String.join(", ", reader.unknown))));
    }

    private static void checkKind(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (OTHERS.stream().anyMatch(name::endsWith)) {
            throw new InvalidFileException(
                    file, "is not a list of prompts; lists are .txt (one prompt in each line), .jsonl or .json");
        }
        try {
            if (Files.size(file) > LARGEST) {
                throw new InvalidFileException(file, "is larger than any list of prompts (256 MiB)");
            }
        } catch (IOException e) {
            throw new InvalidFileException(file, "not found or cannot be read", e);
        }
    }

    /** Returns the first {@code count} prompts. */
    private PromptFile first(int count) {
        if (count > entries.size()) {
            throw new InvalidFileException(path, "has %d prompts, not %d".formatted(entries.size(), count));
        }
        return new PromptFile(path, captions, entries.subList(0, count), warnings);
    }

    /** Returns the number of prompts that repeat an earlier one. */
    public int repeated() {
        Set<GenerationOptions> different =
                entries.stream().map(Entry::options).collect(Collectors.toCollection(HashSet::new));
        return entries.size() - different.size();
    }

    /** Reads one file. */
    private static final class Reader {
        private final Path file;
        private final CaptionChoice choice;
        private final Set<String> unknown = new TreeSet<>();
        private boolean isCoco;

        private Reader(Path file, CaptionChoice choice) {
            this.file = file;
            this.choice = choice;
        }

        private List<Entry> entries() {
            String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
            try {
                if (name.endsWith(".json")) {
                    return json();
                }
                String text = Json.utf8(file, Files.readAllBytes(file));
                return lines(text, JSON_LINES.stream().anyMatch(name::endsWith));
            } catch (IOException e) {
                throw new InvalidFileException(file, "cannot be read: " + e.getMessage(), e);
            }
        }

        private List<Entry> lines(String text, boolean areJson) {
            List<Entry> entries = new ArrayList<>();
            List<String> lines = text.lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i).strip();
                if (!line.isEmpty()) {
                    String place = "line " + (i + 1);
                    entries.add(Entry.of(areJson ? options(tree(line, place), place) : GenerationOptions.of(line)));
                }
            }
            return entries;
        }

        private List<Entry> json() throws IOException {
            try (JsonParser parser = Json.MAPPER.createParser(file)) {
                JsonToken first = parser.nextToken();
                isCoco = first == JsonToken.START_OBJECT;
                if (!isCoco && first != JsonToken.START_ARRAY) {
                    throw new InvalidFileException(file, "has neither captions of COCO nor a list of prompts");
                }
                List<Entry> entries = isCoco ? CocoCaptions.read(file, parser, choice) : list(parser);
                if (parser.nextToken() != null) {
                    throw new InvalidFileException(file, "is not valid JSON: something follows the first value");
                }
                return entries;
            } catch (JacksonException e) {
                throw new InvalidFileException(file, Json.reason(e), e);
            }
        }

        private List<Entry> list(JsonParser parser) {
            List<Entry> entries = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                entries.add(Entry.of(options(Json.value(parser), "entry " + (entries.size() + 1))));
            }
            return entries;
        }

        private JsonNode tree(String line, String place) {
            try {
                return Json.MAPPER.readTree(line);
            } catch (JacksonException e) {
                throw new InvalidFileException(file, place + " " + Json.reason(e), e);
            }
        }

        /** Reads the options in a value; a text is a prompt without other options. */
        private GenerationOptions options(JsonNode node, String place) {
            if (node.isString()) {
                return GenerationOptions.of(node.asString().strip());
            }
            if (!(node instanceof ObjectNode object)
                    || !node.path(Option.PROMPT.key()).isString()) {
                throw new InvalidFileException(
                        file, place + " has no prompt; write a text in quotes, or an object with a text \"prompt\"");
            }
            Set<String> known = Option.all().stream().map(Option::key).collect(Collectors.toSet());
            object.propertyNames().stream().filter(key -> !known.contains(key)).forEach(unknown::add);
            try {
                return GenerationOptions.of(
                        JsonObject.at(file, place, object), (_, picture) -> Pictures.parse(picture));
            } catch (InvalidRequestException e) {
                throw new InvalidFileException(file, place + ": " + e.getMessage(), e);
            }
        }
    }
}
