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
 *   <li>{@code .csv}: comma-separated values (RFC 4180), whose first line names the columns: {@code prompt} and any
 *       other key of {@link Option}; an empty cell sets nothing;
 *   <li>{@code .jsonl} or {@code .ndjson}: a JSON value in each line, which is a text or an object with {@code prompt}
 *       and any other key of {@link Option};
 *   <li>{@code .json}: the captions of COCO, or one list of such values;
 *   <li>{@code .txt} and any other: a prompt in each line.
 * </ul>
 *
 * <p>Files are in UTF-8. A byte-order mark, the line ends of any system and white space around a prompt do not belong
 * to the prompt. Empty lines are skipped. A prompt that occurs several times counts several times.
 *
 * @param path the file
 * @param captions how captions of COCO were chosen; absent for other files
 * @param rows the prompts, and rows that should be prompts and cannot be read, at least one
 * @param warnings full sentences about irregularities that do no harm
 */
public record PromptFile(Path path, Optional<CaptionChoice> captions, List<Row> rows, List<String> warnings) {
    /** The largest file that is read: twice the size of the captions of COCO's training pictures. */
    private static final long LARGEST = 256L << 20;

    private static final int MOST = 1_000_000;
    private static final Pattern LIMITED = Pattern.compile("(.+):([1-9]\\d{0,6})");
    private static final List<String> JSON_LINES = List.of(".jsonl", ".ndjson");
    private static final List<String> OTHERS = List.of(".tsv", ".xlsx", ".yaml", ".yml", ".zip");

    /** A line of the file, or an element of its list. */
    public sealed interface Row {}

    /**
     * A row that cannot be read.
     *
     * @param sentence says where and why
     */
    public record Rejected(String sentence) implements Row {}

    /**
     * A prompt of the file.
     *
     * @param options the prompt, and any other options that the file sets
     * @param image the file name of the image that the prompt describes, if known
     */
    public record Entry(GenerationOptions options, Optional<String> image) implements Row {
        private static Entry of(GenerationOptions options) {
            return new Entry(options, Optional.empty());
        }
    }

    public PromptFile {
        rows = List.copyOf(rows);
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
        return tolerant(text, captions).requireWhole();
    }

    /** Reads all prompts of {@code file}, as {@link #named} does. */
    public static PromptFile read(Path file, Optional<CaptionChoice> captions) {
        return readRows(file, captions).requireWhole();
    }

    /**
     * Reads the prompts that a text names, as {@link #named} does, except that a row that cannot be read is kept as
     * {@link Rejected} and hinders no other.
     */
    public static PromptFile tolerant(String text, Optional<CaptionChoice> captions) {
        Matcher limited = LIMITED.matcher(text);
        return limited.matches()
                ? readRows(Path.of(limited.group(1)), captions).first(Integer.parseInt(limited.group(2)))
                : readRows(Path.of(text), captions);
    }

    private static PromptFile readRows(Path file, Optional<CaptionChoice> captions) {
        checkKind(file);
        Reader reader = new Reader(file, captions.orElse(CaptionChoice.FIRST));
        List<Row> rows = reader.rows();
        if (captions.isPresent() && !reader.isCoco) {
            throw new InvalidRequestException(
                    "%s has no images with captions to choose from: leave out \"%s\"".formatted(file, captions.get()));
        }
        if (rows.isEmpty()) {
            throw new InvalidFileException(file, "has no prompts");
        }
        if (rows.size() > MOST) {
            throw new InvalidFileException(file, "has %d prompts, more than %d".formatted(rows.size(), MOST));
        }
        return new PromptFile(
                file,
                reader.isCoco ? Optional.of(reader.choice) : Optional.empty(),
                rows,
                reader.unknown.isEmpty()
                        ? List.of()
                        : List.of("%s: keys that are not options have no effect: %s"
                                .formatted(file, String.join(", ", reader.unknown))));
    }

    private static void checkKind(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".parquet")) {
            throw new InvalidFileException(file, "is Parquet, which hypersd-spark generate reads; see docs/spark.md");
        }
        if (OTHERS.stream().anyMatch(name::endsWith)) {
            throw new InvalidFileException(
                    file, "is not a list of prompts; lists are .txt (one prompt in each line), .jsonl, .json or .csv");
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
        if (count > rows.size()) {
            throw new InvalidFileException(path, "has %d prompts, not %d".formatted(rows.size(), count));
        }
        return new PromptFile(path, captions, rows.subList(0, count), warnings);
    }

    private PromptFile requireWhole() {
        for (Row row : rows) {
            if (row instanceof Rejected rejected) {
                throw new InvalidFileException(path, rejected.sentence());
            }
        }
        return this;
    }

    /** Returns the prompts; rows that cannot be read are left out. */
    public List<Entry> entries() {
        return rows.stream()
                .filter(Entry.class::isInstance)
                .map(Entry.class::cast)
                .toList();
    }

    /** Returns the number of prompts that repeat an earlier one. */
    public int repeated() {
        List<Entry> entries = entries();
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

        private List<Row> rows() {
            String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
            try {
                if (name.endsWith(".json")) {
                    return json();
                }
                String text = Json.utf8(file, Files.readAllBytes(file));
                if (name.endsWith(".csv")) {
                    return new PromptTable(file, Csv.lines(file, text), unknown).rows();
                }
                return lines(text, JSON_LINES.stream().anyMatch(name::endsWith));
            } catch (IOException e) {
                throw new InvalidFileException(file, "cannot be read: " + e.getMessage(), e);
            }
        }

        private List<Row> lines(String text, boolean areJson) {
            List<Row> rows = new ArrayList<>();
            List<String> lines = text.lines().toList();
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i).strip();
                if (!line.isEmpty()) {
                    String place = "line " + (i + 1);
                    rows.add(areJson ? row(line, place) : Entry.of(GenerationOptions.of(line)));
                }
            }
            return rows;
        }

        private List<Row> json() throws IOException {
            try (JsonParser parser = Json.MAPPER.createParser(file)) {
                JsonToken first = parser.nextToken();
                isCoco = first == JsonToken.START_OBJECT;
                if (!isCoco && first != JsonToken.START_ARRAY) {
                    throw new InvalidFileException(file, "has neither captions of COCO nor a list of prompts");
                }
                List<Row> rows = isCoco ? List.copyOf(CocoCaptions.read(file, parser, choice)) : list(parser);
                if (parser.nextToken() != null) {
                    throw new InvalidFileException(file, "is not valid JSON: something follows the first value");
                }
                return rows;
            } catch (JacksonException e) {
                throw new InvalidFileException(file, Json.reason(e), e);
            }
        }

        private List<Row> list(JsonParser parser) {
            List<Row> rows = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                rows.add(row(Json.value(parser), "entry " + (rows.size() + 1)));
            }
            return rows;
        }

        private Row row(String line, String place) {
            try {
                return row(Json.MAPPER.readTree(line), place);
            } catch (JacksonException e) {
                return new Rejected(place + " " + Json.reason(e));
            }
        }

        /** Reads the options in a value; a text is a prompt without other options. */
        private Row row(JsonNode node, String place) {
            if (node.isString()) {
                return Entry.of(GenerationOptions.of(node.asString().strip()));
            }
            if (!(node instanceof ObjectNode object)
                    || !node.path(Option.PROMPT.key()).isString()) {
                return new Rejected(
                        place + " has no prompt; write a text in quotes, or an object with a text \"prompt\"");
            }
            Set<String> known = Option.all().stream().map(Option::key).collect(Collectors.toSet());
            object.propertyNames().stream().filter(key -> !known.contains(key)).forEach(unknown::add);
            try {
                return Entry.of(GenerationOptions.of(
                        JsonObject.at(file, place, object), (_, picture) -> Pictures.parse(picture)));
            } catch (InvalidFileException e) {
                // The message begins with the file, which the caller adds.
                return new Rejected(e.reason());
            } catch (InvalidRequestException e) {
                return new Rejected(place + ": " + e.getMessage());
            }
        }
    }
}
