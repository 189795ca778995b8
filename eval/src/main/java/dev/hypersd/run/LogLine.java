package dev.hypersd.run;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * One line of the log of a run: what a step or a validation reports.
 *
 * @param step the number of the step, at least 0
 * @param seconds how long the step took; empty for a validation
 * @param values the losses and other values by name, all finite
 * @param changed what has changed when the run was resumed, by the paths of keys; mostly nothing
 */
record LogLine(long step, OptionalDouble seconds, Map<String, Double> values, Map<String, String> changed) {
    /** The longest line that is read, in bytes. */
    static final int LONGEST = 1 << 16;

    private static final int LONGEST_NAME = 100;
    private static final String STEP = "step";
    private static final String SECONDS = "seconds";
    private static final String CHANGED = "changed";
    private static final Set<String> NO_CURVES = Set.of(STEP, SECONDS, "samples", CHANGED);

    /**
     * Reads a line.
     *
     * @param faults gets the values that are left out, because they are not finite numbers
     * @param number the number of the line, for descriptions
     * @throws InvalidFileException if it is no object with a step
     */
    static LogLine parse(Path file, byte[] bytes, String number, Faults faults) {
        JsonNode line;
        try {
            line = Json.MAPPER.readTree(Json.utf8(file, bytes));
        } catch (JacksonException e) {
            throw new InvalidFileException(file, Json.reason(e), e);
        }
        JsonNode step = line.path(STEP);
        if (!line.isObject() || !step.canConvertToLong() || !step.isIntegralNumber() || step.asLong() < 0) {
            throw new InvalidFileException(file, "is not an object with a step");
        }
        Map<String, Double> values = new LinkedHashMap<>();
        line.properties().forEach(entry -> {
            String name = entry.getKey();
            if (NO_CURVES.contains(name)) {
                return;
            }
            JsonNode value = entry.getValue();
            if (name.length() > LONGEST_NAME || !value.isNumber() || !Double.isFinite(value.asDouble())) {
                faults.add("%s has a value of \"%s\" that is no finite number under a name of at most %d characters"
                        .formatted(number, shortened(name), LONGEST_NAME));
            } else {
                values.put(name, value.asDouble());
            }
        });
        JsonNode seconds = line.path(SECONDS);
        boolean timed = seconds.isNumber() && seconds.asDouble() >= 0 && Double.isFinite(seconds.asDouble());
        Map<String, String> changed = new LinkedHashMap<>();
        line.path(CHANGED)
                .properties()
                .forEach(entry -> changed.put(entry.getKey(), entry.getValue().asString("")));
        OptionalDouble time = timed ? OptionalDouble.of(seconds.asDouble()) : OptionalDouble.empty();
        return new LogLine(step.asLong(), time, values, changed);
    }

    /** Returns whether these bytes are blank, which is no damage. */
    static boolean isBlank(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1).isBlank();
    }

    private static String shortened(String name) {
        return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "...";
    }
}
