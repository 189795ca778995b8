package dev.hypersd.model;

import dev.hypersd.checkpoint.Checkpoint;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.preset.ModelFamily;
import dev.hypersd.tokenizer.VocabularyFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The published configurations that come with this library, for weights that come without. */
public enum ModelTemplate {
    /** The classes of SD 1.5 in a tiny size, for tests and first steps. */
    TINY(ModelFamily.SD15),
    /** Stable Diffusion 1.5. */
    SD15(ModelFamily.SD15),
    /** Stable Diffusion 2.1, with v-prediction for 768 x 768 pixels. */
    SD2(ModelFamily.SD15),
    /** Stable Diffusion XL base 1.0. */
    SDXL(ModelFamily.SDXL),
    /** The refiner of Stable Diffusion XL 1.0. */
    SDXL_REFINER(ModelFamily.SDXL_REFINER);

    private static final long WIDTH_OF_SD2 = 1024;

    private final ModelFamily family;

    ModelTemplate(ModelFamily family) {
        this.family = family;
    }

    public ModelFamily family() {
        return family;
    }

    /** Returns the published configurations of {@code family}. */
    static ModelTemplate of(ModelFamily family) {
        return switch (family) {
            case SD15 -> SD15;
            case SDXL -> SDXL;
            case SDXL_REFINER -> SDXL_REFINER;
        };
    }

    /**
     * Returns the published configurations that {@code checkpoint} is made for. SD 2.x is distinguished from SD 1.x by
     * the width of its text embeddings.
     *
     * @throws InvalidFileException if it holds no model
     */
    static ModelTemplate of(Checkpoint checkpoint) {
        ModelFamily family = checkpoint
                .family()
                .filter(_ -> checkpoint.parts().contains("unet"))
                .orElseThrow(() -> new InvalidFileException(
                        checkpoint.file(),
                        "holds " + checkpoint.parts() + " and no model; put it over a model directory"));
        boolean isSd2 = family == ModelFamily.SD15
                && checkpoint.textWidth().filter(width -> width == WIDTH_OF_SD2).isPresent();
        return isSd2 ? SD2 : of(family);
    }

    /** Returns the padding token of {@code tokenizer}, {@code "tokenizer"} or {@code "tokenizer_2"}. */
    String padding(String tokenizer) {
        return this == SD2 || tokenizer.equals("tokenizer_2")
                ? VocabularyFiles.PADDING_OF_SECOND
                : VocabularyFiles.PADDING;
    }

    /** Returns the configuration {@code file}, a path in the model directory such as {@code "unet/config.json"}. */
    JsonObject config(String file) {
        return Json.parse(Path.of("published", folder(), file), bytes(file));
    }

    /** Returns a configuration as bytes to be written to a model directory. */
    byte[] bytes(String file) {
        try (InputStream stream = ModelTemplate.class.getResourceAsStream(folder() + "/" + file)) {
            if (stream == null) {
                throw new IllegalStateException("no configuration " + file + " of " + this + " on the class path");
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String folder() {
        return switch (this) {
            case TINY -> "tiny";
            case SD15 -> "sd15";
            case SD2 -> "sd2";
            case SDXL -> "sdxl";
            case SDXL_REFINER -> "sdxl_refiner";
        };
    }
}
