package dev.hypersd.model;

import dev.hypersd.clip.ClipTextConfig;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.unet.UNetConfig;
import dev.hypersd.vae.AutoencoderKlConfig;
import dev.hypersd.vae.AutoencoderTinyConfig;
import dev.hypersd.weights.WeightsFuzz;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What a fuzzer feeds to the readers of model directories; docs/fuzzing.md has the command. Any exception but the one
 * that refuses a file is a finding, and so is a part outside of the directory.
 */
public final class ModelFuzz {
    private ModelFuzz() {}

    /** {@code model_index.json} in a directory with all parts; a folder that must not be reached lies outside. */
    public static final class Index {
        private static final Path DIRECTORY = withParts(WeightsFuzz.scratch().resolve("model"));

        private Index() {}

        public static void fuzzerTestOneInput(byte[] json) {
            try {
                Files.write(DIRECTORY.resolve("model_index.json"), json);
                for (ModelPart part : ModelFiles.open(DIRECTORY).parts()) {
                    if (!part.folder().normalize().startsWith(DIRECTORY)) {
                        throw new AssertionError("reaches " + part.folder());
                    }
                }
            } catch (InvalidFileException refused) {
                // One of the two right answers.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The configuration of a network; the first byte chooses which. */
    public static final class Config {
        private static final List<Function<JsonObject, Record>> READERS =
                List.of(UNetConfig::from, AutoencoderKlConfig::from, AutoencoderTinyConfig::from, ClipTextConfig::from);

        private static final Path FILE = Path.of("config.json");
        /** Held here, as a logger nobody holds forgets its level. */
        private static final Logger WARNINGS = Logger.getLogger("dev.hypersd");

        private Config() {}

        /** Called by the fuzzer, and only by it, before the first input. */
        public static void fuzzerInitialize() {
            WARNINGS.setLevel(Level.OFF);
        }

        public static void fuzzerTestOneInput(byte[] input) {
            if (input.length == 0) {
                return;
            }
            Function<JsonObject, Record> reader = READERS.get(Math.floorMod(input[0], READERS.size()));
            try {
                Record config = reader.apply(Json.parse(FILE, Arrays.copyOfRange(input, 1, input.length)));
                if (!config.equals(reader.apply(Json.parse(FILE, Arrays.copyOfRange(input, 1, input.length))))) {
                    throw new AssertionError("read differently the second time: " + config);
                }
            } catch (InvalidFileException refused) {
                // One of the two right answers.
            }
        }
    }

    private static Path withParts(Path directory) {
        try {
            for (String part : List.of("unet", "vae", "text_encoder", "tokenizer", "scheduler", "../vae")) {
                Files.createDirectories(directory.resolve(part));
            }
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
