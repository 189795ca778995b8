package dev.hypersd.application;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.Image;
import dev.hypersd.request.NameResolver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Resolves names as files or, if there is no such file, as those of a bundle.
 *
 * @param bundle the bundle of the model that draws
 */
public record BundledNames(ModelBundle bundle) implements NameResolver {
    private static final String WEIGHTS = ".safetensors";

    /**
     * Returns the file {@code name} or, if there is none, the one among {@code named} that is meant. Besides its own
     * name, that of its file is accepted, because pictures name files without their folders, and that without the
     * extension, by which servers name them.
     */
    public static Optional<Path> find(String name, Map<String, Path> named) {
        Path file = Path.of(name);
        return Files.exists(file)
                ? Optional.of(file)
                : named.entrySet().stream()
                        .filter(entry -> entry.getKey().equals(name)
                                || entry.getValue().endsWith(file)
                                || entry.getValue().endsWith(name + WEIGHTS))
                        .map(Map.Entry::getValue)
                        .findFirst();
    }

    @Override
    public Path lora(String name) {
        return found("LoRA", name, bundle.loras());
    }

    @Override
    public Optional<Path> findLora(String name) {
        return NameResolver.weights(Path.of(""), name)
                .or(() -> Optional.ofNullable(bundle.loras().get(name)));
    }

    @Override
    public Path controlNet(String name) {
        return found("ControlNet", name, bundle.controlNets());
    }

    private Path found(String kind, String name, Map<String, Path> named) {
        return find(name, named)
                .orElseThrow(() -> new InvalidFileException(
                        Path.of(name),
                        "not found; name the file of the %s, or one that comes with %s: %s"
                                .formatted(kind, bundle.name(), String.join(", ", new TreeSet<>(named.keySet())))));
    }

    @Override
    public Path embedding(String name) {
        return FILES.embedding(name);
    }

    @Override
    public Image preprocess(String preprocessor, Image picture) {
        return FILES.preprocess(preprocessor, picture);
    }
}
