package dev.hypersd.mini;

import dev.hypersd.error.HyperSdException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * The model that comes with the program, as a model directory: 128x128 pictures of up to three coloured things, such as "two blue stars above a red house at
 * night".
 */
public final class EmbeddedModel {
    /** The directory's name, by which its preset is found too. */
    public static final String NAME = "hypersd-mini";

    private EmbeddedModel() {}

    /**
     * The model directory. Weights are mapped into memory, so they have to be files: where they lie in a jar, they are unpacked once into the user's cache
     * ({@code hypersd.cache}, {@code $XDG_CACHE_HOME/hypersd} or {@code ~/.cache/hypersd}).
     *
     * @throws HyperSdException if they cannot be written there
     */
    public static Path folder() {
        URL index = Objects.requireNonNull(
                EmbeddedModel.class.getResource(NAME + "/model_index.json"), "the embedded model is missing");
        try {
            return switch (index.getProtocol()) {
                case "file" -> Objects.requireNonNull(Path.of(index.toURI()).getParent());
                default -> unpacked(index.toURI());
            };
        } catch (URISyntaxException e) {
            throw new HyperSdException("the embedded model is at an address that cannot be read: " + index, e);
        }
    }

    private static Path unpacked(URI index) {
        try (FileSystem jar = FileSystems.newFileSystem(jar(index), Map.of())) {
            String inside = index.getSchemeSpecificPart();
            Path packed = Objects.requireNonNull(
                    jar.getPath(inside.substring(inside.indexOf('!') + 1)).getParent());
            return Unpacking.into(cache(), packed);
        } catch (IOException | UncheckedIOException e) {
            throw new HyperSdException(
                    "the embedded model cannot be unpacked into %s: %s; set -Dhypersd.cache=DIR to a folder that can be written"
                            .formatted(cache(), e.getMessage()),
                    e);
        }
    }

    private static Path jar(URI index) {
        String inside = index.getSchemeSpecificPart();
        return Path.of(URI.create(inside.substring(0, inside.indexOf('!'))));
    }

    private static Path cache() {
        String named = System.getProperty("hypersd.cache", "");
        String standard = Objects.requireNonNullElse(System.getenv("XDG_CACHE_HOME"), "");
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        return standard.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache", "hypersd")
                : Path.of(standard, "hypersd");
    }
}
