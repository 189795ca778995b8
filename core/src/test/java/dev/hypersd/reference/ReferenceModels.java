package dev.hypersd.reference;

import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.weights.SafetensorsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The model directories of the golden data: one configuration, one file of weights. */
public final class ReferenceModels {
    private ReferenceModels() {}

    public static JsonObject config(Path model) {
        return Json.read(model.resolve("config.json"));
    }

    /** The only safetensors file, whatever its name. */
    public static SafetensorsFile weights(Path model) {
        try (Stream<Path> files = Files.list(model)) {
            return SafetensorsFile.open(files.filter(f -> f.toString().endsWith(".safetensors"))
                    .findFirst()
                    .orElseThrow());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The width of the first text encoder of a pipeline's model, such as {@code sd15}: its embeddings' dimension. */
    public static int textWidth(String model) {
        Path part =
                ReferenceCase.root().resolve("pipelines/models").resolve(model).resolve("text_encoder");
        return config(part).positive("hidden_size", 768);
    }
}
