package dev.hypersd.recipe;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * Reads a recipe as a tree, with single values replaced from the command line. A recipe that {@code extends} another
 * has the keys of both; its own take precedence.
 */
final class RecipeFile {
    private static final long LARGEST = 1 << 20;
    private static final String EXTENDS = "extends";
    private static final Pattern PLACE = Pattern.compile("line \\d+, column \\d+");

    /** Where the keys of a recipe without a file are, for messages. */
    private static final Path COMMAND_LINE = Path.of("--set");

    /** The longest chain of {@code extends}; a longer one is a cycle. */
    private static final int MOST_FILES = 8;

    private static final YAMLMapper YAML = new YAMLMapper(YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());

    private RecipeFile() {}

    /**
     * Reads the tree of {@code file}.
     *
     * @param changes changes of the form {@code path.to.key=value}, each value in YAML; without a value, the key is
     *     removed
     * @throws InvalidFileException if the file is missing, not YAML, not a mapping, or has a key under a former name
     * @throws InvalidRequestException if a change is not of that form
     */
    static JsonObject read(Path file, List<String> changes) {
        return changed(file, extended(file, 1), changes);
    }

    /**
     * Makes a tree of {@code changes} alone, each {@code path.to.key=value} with a value in YAML.
     *
     * @throws InvalidRequestException if one is not of that form
     */
    static JsonObject of(List<String> changes) {
        return changed(COMMAND_LINE, YAML.createObjectNode(), changes);
    }

    private static JsonObject changed(Path file, ObjectNode tree, List<String> changes) {
        changes.forEach(change -> apply(change, tree));
        RenamedKeys.refuse(file, tree);
        return Json.of(file, tree);
    }

    private static ObjectNode extended(Path file, int count) {
        if (count > MOST_FILES) {
            throw new InvalidFileException(file, "is extended in a circle, or by more than " + MOST_FILES + " recipes");
        }
        ObjectNode own = mapping(file);
        JsonNode other = own.remove(EXTENDS);
        if (other == null) {
            return own;
        }
        if (!other.isString()) {
            throw new InvalidFileException(file, EXTENDS + " must be the name of a recipe, relative to this one");
        }
        ObjectNode tree = extended(file.resolveSibling(other.asString()), count + 1);
        lay(own, tree);
        return tree;
    }

    /** Merges the keys of {@code own} into {@code tree}, where they take precedence. */
    private static void lay(ObjectNode own, ObjectNode tree) {
        own.properties().forEach(entry -> {
            if (entry.getValue() instanceof ObjectNode section
                    && tree.get(entry.getKey()) instanceof ObjectNode below) {
                lay(section, below);
            } else {
                tree.set(entry.getKey(), entry.getValue());
            }
        });
    }

    private static ObjectNode mapping(Path file) {
        return mapping(file, text(file));
    }

    /** Returns the text of {@code file}. */
    static String text(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw new InvalidFileException(file, "is larger than any recipe (1 MiB)");
            }
            return Json.utf8(file, Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw new InvalidFileException(file, "not found", e);
        } catch (IOException e) {
            throw new InvalidFileException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    /** Returns the tree in {@code text}, without those that it extends. */
    static ObjectNode mapping(Path file, String text) {
        try {
            refuseMisread(file, text);
            if (YAML.readTree(text) instanceof ObjectNode mapping) {
                return mapping;
            }
            throw new InvalidFileException(file, "is not a recipe: it has no keys");
        } catch (JacksonException e) {
            throw new InvalidFileException(file, "is not valid YAML" + place(e) + problem(e), e);
        }
    }

    /**
     * Refuses what the reader would misunderstand in silence: aliases and merge keys, whose names it takes for values,
     * and further documents, which it ignores.
     */
    private static void refuseMisread(Path file, String text) {
        try (YAMLParser parser = (YAMLParser) YAML.createParser(text)) {
            boolean ended = false;
            while (parser.nextToken() != null) {
                if (ended) {
                    throw misread(file, parser, "a second document", "a recipe is one document");
                }
                if (parser.isCurrentAlias() || "<<".equals(parser.currentName())) {
                    throw misread(
                            file,
                            parser,
                            "an alias or a merge key",
                            "write the values out, or put them into a recipe that this one extends");
                }
                ended = parser.streamReadContext().inRoot();
            }
        }
    }

    private static InvalidFileException misread(Path file, YAMLParser parser, String what, String advice) {
        TokenStreamLocation place = parser.currentTokenLocation();
        return new InvalidFileException(
                file,
                "has %s in line %d, column %d; %s".formatted(what, place.getLineNr(), place.getColumnNr(), advice));
    }

    /** Returns the place of a problem: the last one that the message names, which comes after that of its context. */
    private static String place(JacksonException e) {
        String named = PLACE.matcher(e.getOriginalMessage())
                .results()
                .reduce((first, second) -> second)
                .map(MatchResult::group)
                .orElse("");
        TokenStreamLocation place = e.getLocation();
        if (named.isEmpty() && place != null && place.getLineNr() > 0) {
            named = "line %d, column %d".formatted(place.getLineNr(), place.getColumnNr());
        }
        return named.isEmpty() ? "" : " in " + named;
    }

    /** Returns the problem in one line; the reader's own message also has a drawing of the place. */
    private static String problem(JacksonException e) {
        return ": "
                + e.getOriginalMessage()
                        .lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty() && !line.startsWith("in reader") && !line.startsWith("^"))
                        .filter(line -> !line.startsWith("while "))
                        .findFirst()
                        .orElse("it cannot be read")
                        .replace("\\t(TAB)", "tab")
                        .replace("\t", "tab");
    }

    private static void apply(String change, ObjectNode tree) {
        int equals = change.indexOf('=');
        if (equals < 1) {
            throw new InvalidRequestException("\"" + change + "\" changes nothing; write key=value");
        }
        String[] path = change.substring(0, equals).split("\\.", -1);
        ObjectNode node = tree;
        for (int i = 0; i < path.length - 1; i++) {
            JsonNode next = node.get(path[i]);
            if (next != null && !next.isObject()) {
                throw new InvalidRequestException(
                        "\"" + change + "\" changes nothing: " + path[i] + " is a value and has no keys");
            }
            node = next instanceof ObjectNode object ? object : node.putObject(path[i]);
        }
        String value = change.substring(equals + 1);
        if (value.isBlank()) {
            node.remove(path[path.length - 1]);
            return;
        }
        removeInstead(change.substring(0, equals), node);
        node.set(path[path.length - 1], value(value, change));
    }

    /** Removes from the section {@code data} what cannot be there together with the source of pictures {@code key}. */
    private static void removeInstead(String key, ObjectNode data) {
        switch (key) {
            case "data.scenes" -> data.retain("size", "style");
            case "data.folder", "data.webdataset", "data.sources" ->
                data.remove(List.of("scenes", "style", "folder", "webdataset", "sources"));
            default -> {
                // Goes together with all else.
            }
        }
    }

    private static JsonNode value(String text, String change) {
        try {
            return YAML.readTree(text);
        } catch (JacksonException e) {
            throw new InvalidRequestException("the value of \"" + change + "\" is not valid YAML" + problem(e));
        }
    }
}
