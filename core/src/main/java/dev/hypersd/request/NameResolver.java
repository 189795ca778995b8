package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Resolves the names in options. On the command line they are files, or names of what comes with the program; in a
 * server they are names in its registry and never files.
 */
public interface NameResolver {
    /** Resolves names as files, without preprocessors. */
    NameResolver FILES = below(Path.of(""));

    /** Returns a resolver of names as files, relative ones below {@code folder}, without preprocessors. */
    static NameResolver below(Path folder) {
        return new NameResolver() {
            @Override
            public Path lora(String name) {
                return folder.resolve(name);
            }

            @Override
            public Optional<Path> findLora(String name) {
                return weights(folder, name);
            }

            @Override
            public Path controlNet(String name) {
                return folder.resolve(name);
            }

            @Override
            public Path embedding(String name) {
                return folder.resolve(name);
            }

            @Override
            public Image preprocess(String preprocessor, Image picture) {
                throw new InvalidRequestException(
                        "there is no preprocessor \"%s\" here: make the picture that a ControlNet follows beforehand"
                                .formatted(preprocessor));
            }
        };
    }

    /** Returns the file of the LoRA {@code name}. */
    Path lora(String name);

    /**
     * Returns the file of the LoRA that prompts call {@code name}, if there is one. Other programs call it by the name
     * of the file without its extension.
     */
    Optional<Path> findLora(String name);

    /** Returns the file {@code name} or {@code name.safetensors} below {@code folder}, if there is one. */
    static Optional<Path> weights(Path folder, String name) {
        try {
            return Stream.of(name, name + ".safetensors")
                    .map(folder::resolve)
                    .filter(Files::isRegularFile)
                    .findFirst();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** Returns the file or folder of the ControlNet {@code name}. */
    Path controlNet(String name);

    /** Returns the file of the textual inversion embedding {@code name}. */
    Path embedding(String name);

    /** Makes the control picture from {@code picture} by the preprocessor of this name. */
    Image preprocess(String preprocessor, Image picture);
}
