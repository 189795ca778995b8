package dev.hypersd.scene;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes scenes as an ordinary data set: PNG files and {@code metadata.jsonl} with {@code file_name} and {@code text}, which the image-folder loaders of
 * the field read.
 */
public final class SceneFolder {
    private static final String METADATA = "metadata.jsonl";

    /** Told how far the writing has come. */
    @FunctionalInterface
    public interface Listener {
        /** @param done pictures of {@code total} */
        void progressed(long done, long total);
    }

    private SceneFolder() {}

    /**
     * Writes all of {@code scenes}. The metadata come last, so a folder that has them is whole.
     *
     * @param folder made if it is not there
     * @throws InvalidRequestException if it is not empty
     */
    public static void write(Path folder, Scenes scenes, Listener listener) {
        try {
            Files.createDirectories(folder);
            requireEmpty(folder);
            List<String> lines = new ArrayList<>();
            for (long i = 0; i < scenes.size(); i++) {
                Sample sample = scenes.get(i);
                String name = "%08d.png".formatted(i);
                sample.image().write(folder.resolve(name));
                lines.add(Json.MAPPER
                        .createObjectNode()
                        .put("file_name", name)
                        .put("text", sample.caption().text())
                        .toString());
                listener.progressed(i + 1, scenes.size());
            }
            Path temporary = folder.resolve(METADATA + ".part");
            Files.write(temporary, lines);
            Files.move(temporary, folder.resolve(METADATA), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static void requireEmpty(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            if (files.findAny().isPresent()) {
                throw new InvalidRequestException(folder + " is not empty; name a new folder");
            }
        }
    }
}
