package dev.hypersd.model;

import dev.hypersd.checkpoint.Checkpoint;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.preset.ModelFamily;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The files that a model source names.
 *
 * @param files the files of the model
 * @param checkpoints the checkpoints that replace some or all of its networks
 */
record FoundModel(ModelFiles files, List<Checkpoint> checkpoints) {
    /**
     * Finds the files of {@code source}.
     *
     * @throws InvalidFileException if one is missing or of the wrong kind, or the checkpoints are not a whole model
     */
    static FoundModel of(ModelSource source) {
        boolean isFile = Files.isRegularFile(source.location());
        List<Checkpoint> checkpoints = Stream.concat(
                        isFile ? Stream.of(source.location()) : Stream.empty(), source.options().checkpoints().stream())
                .map(Checkpoint::recognise)
                .toList();
        ModelFiles files = isFile
                ? PublishedModel.of(checkpoints.getFirst())
                : checkpoints.isEmpty() ? directory(source) : directoryFor(checkpoints.getFirst(), source);
        for (Checkpoint checkpoint : checkpoints) {
            files = files.with(checkpoint);
        }
        if (isFile) {
            requireWhole(files, checkpoints, source);
        }
        return new FoundModel(files, checkpoints);
    }

    /**
     * Refuses a checkpoint without all networks that is opened without a directory, and names the options that add
     * the missing ones.
     */
    private static void requireWhole(ModelFiles files, List<Checkpoint> checkpoints, ModelSource source) {
        Set<String> there = new HashSet<>();
        checkpoints.forEach(checkpoint -> there.addAll(checkpoint.parts()));
        List<String> missing = files.family().textEncoders().stream()
                .filter(name -> !there.contains(name))
                .toList();
        if (!missing.isEmpty()) {
            throw new InvalidFileException(
                    source.location(),
                    "holds no %s: name a model directory of %s that has it with --config-from"
                            .formatted(
                                    String.join(" and no ", missing),
                                    files.family().title()));
        }
        if (!there.contains(OpenedModel.AUTOENCODER)
                && source.options().autoencoder().isEmpty()) {
            throw new InvalidFileException(
                    source.location(),
                    "holds no autoencoder (vae); name a file or folder that has one with --vae, or a model "
                            + "directory of %s with --config-from"
                                    .formatted(files.family().title()));
        }
    }

    /** Opens the U-Net and the text encoders. */
    OpenedDenoiser denoiser() {
        OpenedDenoiser denoiser = OpenedDenoiser.of(files);
        int width = denoiser.unet().config().textChannels();
        checkpoints.forEach(checkpoint -> requireTextWidth(checkpoint, width));
        return denoiser;
    }

    /** Refuses a checkpoint with another width of text embeddings, by which SD 2.x differs from SD 1.5. */
    private void requireTextWidth(Checkpoint checkpoint, int width) {
        checkpoint.textWidth().filter(own -> own != width).ifPresent(own -> {
            throw new InvalidFileException(
                    checkpoint.file(),
                    ("is made for text embeddings %d wide, those of the model in %s are %d wide; SD 1.x "
                                    + "has 768, SD 2.x 1024: name a directory of its own family")
                            .formatted(own, files.path(), width));
        });
    }

    private static ModelFiles directory(ModelSource source) {
        return ModelFiles.open(source.location(), source.options().variant());
    }

    /**
     * Returns the directory whose networks {@code checkpoint} replaces. Where the directory serves for its tokenizers
     * only, the configurations are the published ones of the checkpoint's family: if the directory has no networks, or
     * if it is SDXL's and the checkpoint is a whole refiner.
     */
    private static ModelFiles directoryFor(Checkpoint checkpoint, ModelSource source) {
        if (!Files.exists(source.location().resolve(ModelFiles.INDEX))) {
            return published(checkpoint, source.location());
        }
        ModelFiles files = directory(source);
        boolean wholeRefiner = checkpoint.family().equals(Optional.of(ModelFamily.SDXL_REFINER))
                && checkpoint.parts().containsAll(ModelFamily.SDXL_REFINER.textEncoders());
        return wholeRefiner && files.family() == ModelFamily.SDXL ? published(checkpoint, source.location()) : files;
    }

    private static ModelFiles published(Checkpoint checkpoint, Path tokenizers) {
        return PublishedModel.of(ModelTemplate.of(checkpoint), tokenizers);
    }
}
