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
 * A folder of the program's resources as files. Weights are mapped into memory, so folders in a jar are unpacked once
 * into the user's cache ({@code hypersd.cache}, {@code $XDG_CACHE_HOME/hypersd} or {@code ~/.cache/hypersd}).
 */
final class EmbeddedFolder {
    private EmbeddedFolder() {}

    /**
     * Returns the folder {@code name}, which is unpacked if it is in a jar.
     *
     * @param member a file in it, by which it is found
     * @throws HyperSdException if it cannot be written into the cache
     */
    static Path of(String name, String member) {
        URL found = Objects.requireNonNull(
                EmbeddedFolder.class.getResource(name + "/" + member), () -> "the embedded " + name + " is missing");
        try {
            return switch (found.getProtocol()) {
                case "file" -> above(Path.of(found.toURI()), member);
                default -> unpacked(found.toURI(), name, member);
            };
        } catch (URISyntaxException e) {
            throw new HyperSdException(
                    "the embedded %s is at an address that cannot be read: %s".formatted(name, found), e);
        }
    }

    /** Returns the folder of {@code file}, which is its {@code member}. */
    private static Path above(Path file, String member) {
        Path folder = file;
        for (int i = Path.of(member).getNameCount(); i > 0; i--) {
            folder = Objects.requireNonNull(folder.getParent());
        }
        return folder;
    }

    private static Path unpacked(URI found, String name, String member) {
        String inside = found.getSchemeSpecificPart();
        // A jar may lie in another jar, whose address then has an exclamation mark too.
        int end = inside.lastIndexOf("!/");
        try (FileSystem jar = FileSystems.newFileSystem(Path.of(URI.create(inside.substring(0, end))), Map.of())) {
            return Unpacking.into(cache(), above(jar.getPath(inside.substring(end + 1)), member));
        } catch (IOException | UncheckedIOException e) {
            throw new HyperSdException(
                    ("the embedded %s cannot be unpacked into %s: %s; set -Dhypersd.cache=DIR to a folder that can be "
                                    + "written")
                            .formatted(name, cache(), e.getMessage()),
                    e);
        }
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
