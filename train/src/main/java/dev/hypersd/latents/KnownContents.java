package dev.hypersd.latents;

import dev.hypersd.data.Origin;
import dev.hypersd.data.Origin.Contents;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.Draft;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.file.LineFile;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/**
 * The contents of samples by their stamps, kept in a folder, so that files are read again only if their sizes or times
 * changed. Each run that reads some adds a file {@code contents-*.jsonl} whose name is a hash of it, so runs do not
 * disturb each other. Safe to use from several threads.
 */
final class KnownContents {
    private static final int DIGITS = 32;
    private static final String STAMP = "stamp";
    private static final String PICTURE = "picture";
    private static final String CAPTIONS = "captions";

    private final Path folder;
    private final Map<String, Contents> known = new ConcurrentHashMap<>();
    private final Map<String, Contents> added = new ConcurrentHashMap<>();

    private KnownContents(Path folder) {
        this.folder = folder;
    }

    /** Reads the files in {@code folder}, which exists. */
    static KnownContents in(Path folder) {
        KnownContents contents = new KnownContents(folder);
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(file -> file.getFileName().toString().matches("contents-\\w+\\.jsonl"))
                    .forEach(contents::readFile);
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be read: " + e.getMessage(), e);
        }
        return contents;
    }

    private void readFile(Path file) {
        for (String line : new LineFile(file).lines()) {
            JsonObject json = Json.parse(file, line.getBytes(StandardCharsets.UTF_8));
            List<String> captions = json.strings(CAPTIONS, List.of());
            if (!captions.isEmpty()) { // Files of earlier versions have one caption each.
                known.put(text(json, STAMP), new Contents(text(json, PICTURE), captions));
            }
        }
    }

    private static String text(JsonObject json, String key) {
        return json.optionalString(key)
                .orElseThrow(() -> new InvalidFileException(json.file(), "has no " + key + "; delete it"));
    }

    /** Returns the contents of a sample, if its stamp is known. */
    Optional<Contents> of(Origin origin) {
        return origin.stamp().map(KnownContents::hash).flatMap(stamp -> Optional.ofNullable(known.get(stamp)));
    }

    /** Reads the contents of a sample, and remembers them if it has a stamp, which is the same afterwards. */
    Contents read(Origin origin) {
        Contents read = origin.contents().get();
        Contents contents = new Contents(hash(read.picture()), read.captions());
        origin.stamp().map(KnownContents::hash).ifPresent(stamp -> added.put(stamp, contents));
        return contents;
    }

    private static String hash(String text) {
        return new Fingerprint().add(text).digits(DIGITS);
    }

    private static String line(String stamp, Contents contents) {
        ObjectNode line = Json.MAPPER.createObjectNode().put(STAMP, stamp).put(PICTURE, contents.picture());
        contents.captions().forEach(line.putArray(CAPTIONS)::add);
        return line.toString();
    }

    /** Writes what was read. */
    void write() {
        if (added.isEmpty()) {
            return;
        }
        List<String> lines = added.entrySet().stream()
                .map(entry -> line(entry.getKey(), entry.getValue()))
                .sorted()
                .toList();
        String text = lines.stream().map(line -> line + "\n").collect(Collectors.joining());
        Draft.write(folder.resolve("contents-%s.jsonl".formatted(hash(text))), text);
    }
}
