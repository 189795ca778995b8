package dev.hypersd.request;

import dev.hypersd.model.ModelSource;
import dev.hypersd.preset.Preset;
import dev.hypersd.preset.Presets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The properties of a model that its options depend on.
 *
 * @param name the name of the model for messages and infotext
 * @param files its checkpoints and its location, by whose names its preset is found
 * @param hasRefiner whether it was loaded with a refiner
 * @param nativeSize the size that it was trained for, if known
 * @param loras the LoRAs that are used unless options set others
 * @param embeddings the textual inversion embeddings in addition to those of the options
 */
public record TargetModel(
        String name,
        List<Path> files,
        boolean hasRefiner,
        Optional<Size> nativeSize,
        List<LoraReference> loras,
        List<LearnedWord> embeddings) {
    public TargetModel {
        files = List.copyOf(files);
        loras = List.copyOf(loras);
        embeddings = List.copyOf(embeddings);
    }

    /** Returns the properties of {@code source}, without LoRAs and embeddings of its own. */
    public static TargetModel of(ModelSource source) {
        return new TargetModel(
                String.valueOf(source.location().toAbsolutePath().normalize().getFileName()),
                Stream.concat(source.options().checkpoints().stream(), Stream.of(source.location()))
                        .toList(),
                source.options().refiner().isPresent(),
                Optional.empty(),
                List.of(),
                List.of());
    }

    /** Returns the preset of the model itself, if the names of its files are those of a released model. */
    public Optional<Preset> preset() {
        return files.stream().flatMap(file -> Presets.forFile(file).stream()).findFirst();
    }

    /** Returns this model with LoRAs and embeddings of its own. */
    public TargetModel with(List<LoraReference> ownLoras, List<LearnedWord> ownEmbeddings) {
        return new TargetModel(name, files, hasRefiner, nativeSize, ownLoras, ownEmbeddings);
    }

    /** Returns this model with the size that it was trained for. */
    public TargetModel withNativeSize(Size size) {
        return new TargetModel(name, files, hasRefiner, Optional.of(size), loras, embeddings);
    }
}
