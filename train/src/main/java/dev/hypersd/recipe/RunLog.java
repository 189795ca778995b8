package dev.hypersd.recipe;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.file.Draft;
import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.training.StepReport;
import dev.hypersd.training.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a run leaves behind for people and programs to read: {@code log.jsonl}, one object a line, and the pictures in {@code samples}.
 *
 * <p>The log grows line by line and cannot be a draft. Its rule is that of whole lines: each is appended by one write that ends with a line
 * break, and one that was cut off when the run was killed is dropped when the run is resumed.
 *
 * @param folder of the run, which exists
 */
record RunLog(Path folder) implements TrainingListener {
    private static final String STEP = "step";

    private Path file() {
        return folder.resolve("log.jsonl");
    }

    /** Lines that the resumed run will write again are dropped. */
    @Override
    public void started(long done, long steps) {
        try {
            List<String> before = Files.exists(file()) ? Files.readAllLines(file()) : List.of();
            Draft.write(
                    file(),
                    before.stream()
                            .filter(line -> step(line) <= done)
                            .map(line -> line + System.lineSeparator())
                            .collect(Collectors.joining()));
        } catch (IOException e) {
            throw unwritable(file(), e);
        }
    }

    private static long step(String line) {
        try {
            return Json.MAPPER.readTree(line).path(STEP).asLong(Long.MAX_VALUE);
        } catch (JacksonException e) {
            return Long.MAX_VALUE; // It was cut off when the run was killed.
        }
    }

    @Override
    public void step(StepReport report) {
        ObjectNode line = Json.MAPPER.createObjectNode().put(STEP, report.step());
        new TreeMap<>(report.values()).forEach(line::put);
        append(line.put("samples", report.samples()).put("seconds", report.seconds()));
    }

    @Override
    public void measured(long step, Map<String, Double> values) {
        ObjectNode line = Json.MAPPER.createObjectNode().put(STEP, step);
        values.forEach(line::put);
        append(line);
    }

    @Override
    public void drew(long step, Map<String, Image> pictures) {
        pictures.forEach((name, picture) -> picture.write(samples().resolve("step-%08d-%s.png".formatted(step, name))));
    }

    private Path samples() {
        Path samples = folder.resolve("samples");
        try {
            return Files.createDirectories(samples);
        } catch (IOException e) {
            throw unwritable(samples, e);
        }
    }

    private void append(ObjectNode line) {
        try {
            Files.writeString(
                    file(), line + System.lineSeparator(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw unwritable(file(), e);
        }
    }

    private static HyperSdException unwritable(Path file, IOException e) {
        return new HyperSdException(file + " cannot be written: " + e.getMessage(), e);
    }
}
