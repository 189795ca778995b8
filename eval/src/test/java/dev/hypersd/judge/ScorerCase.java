package dev.hypersd.judge;

import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import tools.jackson.databind.JsonNode;

/** A golden case of a judge: the pictures and prompts that the reference implementation has scored. */
public record ScorerCase(Path folder, JsonNode json) {
    public static ScorerCase of(String name) {
        return in(Path.of(System.getProperty("hypersd.reference")), name);
    }

    /** Opens a case of the project's own copy, which has cases that other trees do not have. */
    public static ScorerCase own(String name) {
        return in(Path.of("../testdata/reference"), name);
    }

    private static ScorerCase in(Path root, String name) {
        Path folder = root.resolve("scorers").resolve(name);
        return new ScorerCase(folder, Json.MAPPER.readTree(folder.resolve("case.json")));
    }

    /** The folder of the model. */
    public Path model() {
        return folder.resolve(json.get("model").asString()).normalize();
    }

    public List<Image> images() {
        return strings("images").stream()
                .map(name -> Image.read(folder.resolve(name)))
                .toList();
    }

    public List<String> prompts() {
        return strings("prompts");
    }

    private List<String> strings(String key) {
        List<String> strings = new ArrayList<>();
        json.get(key).forEach(node -> strings.add(node.asString()));
        return strings;
    }

    /** The result of the reference implementation. */
    public float[] expected(String name) {
        return Engine.infer(() -> {
            try (SafetensorsFile tensors = tensors()) {
                return Tensors.toFloats(load(tensors, name));
            }
        });
    }

    public SafetensorsFile tensors() {
        return SafetensorsFile.open(folder.resolve("tensors.safetensors"));
    }

    public static Tensor load(SafetensorsFile file, String name) {
        return file.find(name).orElseThrow().load();
    }

    /** Copies the files in {@code from} into the folder {@code to}, which is made. */
    public static void copy(Path from, Path to) {
        try (Stream<Path> files = Files.list(from)) {
            Files.createDirectories(to);
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
