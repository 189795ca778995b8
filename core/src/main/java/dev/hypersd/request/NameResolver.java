package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import java.nio.file.Path;

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

    /** Returns the file or folder of the ControlNet {@code name}. */
    Path controlNet(String name);

    /** Returns the file of the textual inversion embedding {@code name}. */
    Path embedding(String name);

    /** Makes the control picture from {@code picture} by the preprocessor of this name. */
    Image preprocess(String preprocessor, Image picture);
}
