package dev.hypersd.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.management.ThreadMXBean;
import dev.hypersd.error.HyperSdException;
import dev.hypersd.json.Json;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import tools.jackson.databind.JsonNode;

/** A hostile or broken input of the golden data, and what has to happen when it is opened. */
public final class BadInput {
    private static final String FOLDER = "formats/bad";
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Path directory;
    private final JsonNode json;

    private BadInput(String name) {
        this.directory = ReferenceCase.root().resolve(FOLDER).resolve(name);
        this.json = Json.MAPPER.readTree(directory.resolve("case.json"));
    }

    /** One test for each case whose name begins with {@code prefix}: {@code open} must do what the case expects. */
    public static Stream<DynamicTest> tests(String prefix, Consumer<BadInput> open) {
        List<String> names = ReferenceCase.names(FOLDER, prefix);
        assertThat(names).as("cases %s*", prefix).isNotEmpty();
        return names.stream().map(name -> {
            BadInput input = new BadInput(name);
            return DynamicTest.dynamicTest(name + ": " + input.json.get("tests").asString(), () -> input.check(open));
        });
    }

    /** The kind of file that is opened. */
    public Path path() {
        return directory.resolve(json.get("load").get("path").asString()).normalize();
    }

    /** The member {@code name} of the description of what is to be loaded. */
    public String load(String name) {
        return json.get("load").path(name).asString("");
    }

    private void check(Consumer<BadInput> open) {
        JsonNode limits = json.get("limits");
        long startTime = System.nanoTime();
        long startBytes = THREADS.getCurrentThreadAllocatedBytes();
        if (json.get("expect").asString().equals("accept")) {
            assertThatCode(() -> open.accept(this)).doesNotThrowAnyException();
        } else {
            String message = catchRefusal(open);
            for (JsonNode part : json.get("error_must_name")) {
                assertThat(message).containsIgnoringCase(part.asString());
            }
        }
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - startBytes)
                .as("bytes allocated")
                .isLessThan(limits.get("max_extra_memory_bytes").asLong());
        assertThat((System.nanoTime() - startTime) / 1e9)
                .as("seconds")
                .isLessThan(limits.get("max_seconds").asDouble());
    }

    private String catchRefusal(Consumer<BadInput> open) {
        Throwable thrown = catchThrowable(() -> open.accept(this));
        assertThat(thrown).isInstanceOf(HyperSdException.class);
        return String.valueOf(thrown.getMessage());
    }
}
