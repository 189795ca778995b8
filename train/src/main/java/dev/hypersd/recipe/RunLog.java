package dev.hypersd.recipe;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.file.LineFile;
import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.training.TrainingListener;
import dev.hypersd.training.TrainingListener.StepReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes the log of a run: {@code log.jsonl}, one object in each line, and the pictures in {@code samples}.
 *
 * @param folder the folder of the run, which exists
 * @param changes what changed in a run that continues, by keys of the recipe
 */
record RunLog(Path folder, Map<String, String> changes) implements TrainingListener {
    private static final String STEP = "step";

    private LineFile file() {
        return new LineFile(folder.resolve("log.jsonl"));
    }

    /** Removes the lines that the resumed run will write again. */
    @Override
    public void started(long done, long steps) {
        file().replace(file().lines().stream()
                .filter(line -> step(line) <= done)
                .toList());
        if (!changes.isEmpty()) {
            ObjectNode line = Json.MAPPER.createObjectNode().put(STEP, done);
            changes.forEach(line.putObject("changed")::put);
            append(line);
        }
    }

    private static long step(String line) {
        try {
            return Json.MAPPER.readTree(line).path(STEP).asLong(Long.MAX_VALUE);
        } catch (JacksonException e) {
            return Long.MAX_VALUE; // Nothing that this program has written, so it is dropped.
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
            throw new HyperSdException(samples + " cannot be written: " + e.getMessage(), e);
        }
    }

    private void append(ObjectNode line) {
        file().append(List.of(line.toString()));
    }
}
