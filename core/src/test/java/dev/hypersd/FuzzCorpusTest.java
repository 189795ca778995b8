package dev.hypersd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.model.ModelFuzz;
import dev.hypersd.weights.WeightsFuzz;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Whatever fuzzing has found interesting, run again; docs/fuzzing.md tells how it was found. */
class FuzzCorpusTest {
    private static final Map<String, Consumer<byte[]>> TARGETS = Map.of(
            "header", WeightsFuzz.Header::fuzzerTestOneInput,
            "file", WeightsFuzz.File::fuzzerTestOneInput,
            "npz", WeightsFuzz.Npz::fuzzerTestOneInput,
            "index", WeightsFuzz.Index::fuzzerTestOneInput,
            "pipeline", ModelFuzz.Index::fuzzerTestOneInput,
            "config", ModelFuzz.Config::fuzzerTestOneInput);

    @TestFactory
    Stream<DynamicTest> interestingInputsAreReadOrRefused() {
        return TARGETS.keySet().stream()
                .sorted()
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    List<Path> inputs = inputs(name);
                    assertThat(inputs).hasSizeGreaterThan(20);
                    for (Path input : inputs) {
                        try {
                            TARGETS.get(name).accept(Files.readAllBytes(input));
                        } catch (RuntimeException | Error e) {
                            throw new AssertionError(input + ": " + e, e);
                        }
                    }
                }));
    }

    private static List<Path> inputs(String name) throws IOException, URISyntaxException {
        URL folder = Objects.requireNonNull(FuzzCorpusTest.class.getResource("/fuzz/" + name));
        try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
            return files.sorted().toList();
        }
    }
}
