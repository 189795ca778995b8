package dev.hypersd.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.json.Json;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.JsonNode;

/** One case of the golden data: its description, its tensors, and the rule that decides whether an output passes. */
public final class ReferenceCase implements AutoCloseable {
    private final Path directory;
    private final JsonNode json;
    private final SafetensorsFile tensors;

    private ReferenceCase(Path directory) {
        this.directory = directory;
        this.json = Json.MAPPER.readTree(directory.resolve("case.json"));
        this.tensors = SafetensorsFile.open(directory.resolve("tensors.safetensors"));
    }

    /** The root of the golden data, the system property {@code hypersd.reference}. */
    public static Path root() {
        return Path.of(System.getProperty("hypersd.reference", "../testdata/reference"));
    }

    /** The project's own copy, which has models that other trees do not have. */
    public static Path own() {
        return Path.of("../testdata/reference");
    }

    /**
     * The names of all cases of a kind whose name begins with {@code prefix}, sorted; empty where the tree has none.
     */
    public static List<String> names(String kind, String prefix) {
        Path folder = root().resolve(kind);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> cases = Files.list(folder)) {
            return cases.filter(c -> Files.exists(c.resolve("case.json")))
                    .map(c -> c.getFileName().toString())
                    .filter(name -> name.startsWith(prefix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static ReferenceCase open(String kind, String name) {
        return new ReferenceCase(root().resolve(kind).resolve(name));
    }

    public Path directory() {
        return directory;
    }

    /** The whole of case.json. */
    public JsonNode json() {
        return json;
    }

    /** The call argument {@code name}, a missing node where there is none. */
    public JsonNode arg(String name) {
        return json.path("args").path(name);
    }

    /** The directory of the model that plays {@code role}. */
    public Path model(String role) {
        return root().resolve(json.path("models").path(role).asString());
    }

    public boolean has(String tensor) {
        return tensors.find(tensor).isPresent();
    }

    /** The names of all tensors that begin with {@code prefix}, in the order of the file. */
    public List<String> tensorNames(String prefix) {
        return tensors.names().stream().filter(n -> n.startsWith(prefix)).toList();
    }

    /** A tensor by its full name, {@code in.sample} or {@code out.sample}; valid until this case closes. */
    public Tensor tensor(String name) {
        return tensors.find(name)
                .orElseThrow(() -> new AssertionError(directory + " has no tensor " + name))
                .load();
    }

    public Tensor in(String name) {
        return tensor("in." + name);
    }

    /** Checks {@code got} against {@code out.name} by the tolerance of the case. */
    public void assertMatches(String name, Tensor got) {
        JsonNode tolerance = json.get("tolerance");
        assertClose(
                "out." + name,
                got,
                tolerance.get("atol").asDouble(),
                tolerance.get("rtol").asDouble());
    }

    /**
     * Checks {@code |got - expected| <= atol + rtol |expected|} for every element of the tensor called
     * {@code fullName}.
     */
    public void assertClose(String fullName, Tensor got, double atol, double rtol) {
        Tensor expected = tensor(fullName);
        assertThat(Tensors.shape(got))
                .as("%s: shape of %s", directory, fullName)
                .isEqualTo(Tensors.shape(expected));
        float[] have = Tensors.toFloats(got);
        float[] want = Tensors.toFloats(expected);
        double worst = 0;
        int at = 0;
        for (int i = 0; i < want.length; i++) {
            double excess = Math.abs(have[i] - want[i]) / (atol + rtol * Math.abs(want[i]));
            // Written so that NaN counts as the worst of all.
            if (!(excess <= worst)) {
                worst = excess;
                at = i;
            }
        }
        assertThat(worst)
                .as(
                        "%s: %s: largest error in units of the tolerance, at element %d of %s: got %s, expected %s",
                        directory,
                        fullName,
                        at,
                        Arrays.toString(Tensors.shape(expected)),
                        have.length == 0 ? "" : have[at],
                        want.length == 0 ? "" : want[at])
                .isLessThanOrEqualTo(1.0);
    }

    @Override
    public void close() {
        tensors.close();
    }
}
