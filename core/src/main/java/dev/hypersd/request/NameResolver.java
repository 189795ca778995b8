package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import java.nio.file.Path;

/**
 * What the names in options stand for. For the command line they are files, or names of what comes with the program;
 * for a server they are names in its registry and never files.
 */
public interface NameResolver {
    /** Names are files, and there is no preprocessor. */
    NameResolver FILES = below(Path.of(""));

    /** Returns a resolver for which names are files, relative ones below {@code folder}, and there is no preprocessor. */
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

    /** Returns what a ControlNet follows of {@code picture}, made by the preprocessor of this name. */
    Image preprocess(String preprocessor, Image picture);
}
