package dev.hypersd.checkpoint;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.preset.ModelFamily;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.ScaledWeights;
import dev.hypersd.weights.WeightSource;
import dev.hypersd.weights.WeightView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * A checkpoint file with a whole model or one network of it, with tensor names in the spelling of diffusers or of the
 * original implementations. Its content is recognised by the names of its tensors.
 *
 * <p>The sizes of normalisation groups and attention heads cannot be derived from weights: the configuration of each
 * part comes from elsewhere.
 */
public final class Checkpoint {
    /**
     * A network in the file.
     *
     * @param name its name in a model directory, such as {@code unet}
     * @param prefix the prefix of its tensors in the file
     * @param translation renames its tensors, without the prefix, to those of a model directory
     */
    private record Part(String name, String prefix, UnaryOperator<WeightSource> translation) {}

    private static final String UNET = "unet";
    private static final String VAE = "vae";
    private static final String TEXT_ENCODER = "text_encoder";
    private static final String TEXT_ENCODER_2 = "text_encoder_2";
    private static final String CONTROLNET = "controlnet";

    /** The prefix of the text encoder of SD 2.x. */
    private static final String OPEN_CLIP = "cond_stage_model.model.";

    /** The prefix of the open_clip text encoder of SDXL's refiner, which is its first. */
    private static final String OF_REFINER = "conditioner.embedders.0.model.";

    /** The prefixes of the fourth level of a U-Net in both spellings; SDXL has three levels, its refiner four. */
    private static final List<String> FOURTH_LEVEL = List.of("input_blocks.9.", "down_blocks.3.");

    /** The opened file, of which only the header is read; tensors are loaded through {@link WeightSource#reopened}. */
    private final SafetensorsFile file;

    private final Optional<ModelFamily> family;
    private final List<Part> parts;

    private Checkpoint(SafetensorsFile file, Optional<ModelFamily> family, List<Part> parts) {
        this.file = file;
        this.family = family;
        this.parts = List.copyOf(parts);
    }

    /**
     * Opens {@code file} and recognises its content by the header.
     *
     * @throws InvalidFileException if the file is broken or holds no known network
     */
    public static Checkpoint recognise(Path file) {
        SafetensorsFile source = SafetensorsFile.open(file);
        return recognise(source)
                .orElseThrow(
                        () -> new InvalidFileException(file, "is not a known checkpoint: " + guess(source.names())));
    }

    /**
     * Recognises the content of an opened file by the names of its tensors; empty if it holds no known network. Tensors
     * are not mapped.
     */
    public static Optional<Checkpoint> recognise(SafetensorsFile file) {
        Set<String> names = file.names();
        List<Part> parts = new ArrayList<>();
        network(names, "model.diffusion_model.").ifPresent(parts::add);
        network(names, "control_model.").ifPresent(parts::add);
        if (parts.isEmpty()) {
            network(names, "").ifPresent(parts::add);
        }
        vae(names, "first_stage_model.").or(() -> vae(names, "")).ifPresent(parts::add);
        Stream.of("cond_stage_model.transformer.", "conditioner.embedders.0.transformer.")
                .filter(prefix -> begins(names, prefix))
                .forEach(prefix -> parts.add(new Part(TEXT_ENCODER, prefix, UnaryOperator.identity())));
        Stream.of("conditioner.embedders.1.model.", OF_REFINER)
                .filter(prefix -> begins(names, prefix))
                .forEach(prefix -> parts.add(new Part(TEXT_ENCODER_2, prefix, OpenClip::view)));
        if (begins(names, OPEN_CLIP)) {
            parts.add(new Part(TEXT_ENCODER, OPEN_CLIP, OpenClip::view));
        }
        return parts.isEmpty() || ForeignNetworks.isModel(names)
                ? Optional.empty()
                : Optional.of(new Checkpoint(file, family(names, parts), parts));
    }

    private static Optional<Part> network(Set<String> names, String prefix) {
        if (begins(names, prefix + "input_blocks.")) {
            String name = begins(names, prefix + "zero_convs.") ? CONTROLNET : UNET;
            return Optional.of(new Part(name, prefix, LatentDiffusionUNet::view));
        }
        if (begins(names, prefix + "conv_in.") && begins(names, prefix + "down_blocks.0.")) {
            String name = begins(names, prefix + "controlnet_down_blocks.") ? CONTROLNET : UNET;
            return Optional.of(new Part(name, prefix, UnaryOperator.identity()));
        }
        return Optional.empty();
    }

    private static Optional<Part> vae(Set<String> names, String prefix) {
        if (!names.contains(prefix + "decoder.conv_in.weight")) {
            return Optional.empty();
        }
        boolean original = begins(names, prefix + "decoder.mid.");
        return Optional.of(new Part(VAE, prefix, original ? LatentDiffusionVae::view : UnaryOperator.identity()));
    }

    /**
     * Returns the model family by the names and shapes of a U-Net's weights. Only SDXL and its refiner condition on the
     * size of the picture. An autoencoder alone has no family.
     */
    private static Optional<ModelFamily> family(Set<String> names, List<Part> parts) {
        boolean sdxl = names.stream()
                .anyMatch(name -> name.contains("label_emb.0.0.")
                        || name.contains("add_embedding.linear_1.")
                        || name.startsWith("conditioner.embedders."));
        if (parts.stream().allMatch(part -> part.name().equals(VAE))) {
            return Optional.empty();
        }
        if (!sdxl) {
            return Optional.of(ModelFamily.SD15);
        }
        return Optional.of(isRefiner(names, parts) ? ModelFamily.SDXL_REFINER : ModelFamily.SDXL);
    }

    private static boolean isRefiner(Set<String> names, List<Part> parts) {
        return begins(names, OF_REFINER)
                || parts.stream()
                        .filter(part -> part.name().equals(UNET))
                        .anyMatch(unet ->
                                FOURTH_LEVEL.stream().anyMatch(level -> begins(names, unet.prefix() + level)));
    }

    private static String guess(Set<String> names) {
        return ForeignNetworks.kind(names)
                        .map("it looks like "::concat)
                        .orElseGet(() -> "its tensors are called "
                                + String.join(", ", names.stream().limit(3).toList()))
                + "; SD 1.x, SD 2.x and SDXL checkpoints, U-Nets, ControlNets and autoencoders are supported";
    }

    private static boolean begins(Set<String> names, String prefix) {
        return names.stream().anyMatch(name -> name.startsWith(prefix));
    }

    public Path file() {
        return file.file();
    }

    /** Returns the model family; empty for an autoencoder alone, whose architecture several families share. */
    public Optional<ModelFamily> family() {
        return family;
    }

    /** Returns the names that the networks in the file have in a model directory: {@code "unet"}, {@code "vae"}, ... */
    public List<String> parts() {
        return parts.stream().map(Part::name).toList();
    }

    /**
     * Returns what the file states about the noise schedule of its U-Net.
     *
     * @throws InvalidFileException if it states a schedule that is not supported
     */
    public StatedSchedule schedule() {
        return StatedSchedule.of(file);
    }

    /**
     * Returns the width of the text embeddings that its U-Net attends to; empty if it has no U-Net with
     * cross-attention.
     */
    public Optional<Long> textWidth() {
        return file.names().stream()
                .filter(name -> name.endsWith(".attn2.to_k.weight"))
                .filter(name -> partOf(name).equals(Optional.of(UNET)))
                .findFirst()
                .flatMap(file::find)
                .map(tensor -> tensor.shape()[1]);
    }

    /** Returns the part that the tensor {@code name} belongs to; empty for averages over the training (EMA). */
    public Optional<String> partOf(String name) {
        return parts.stream()
                .filter(part -> name.startsWith(part.prefix()))
                .map(Part::name)
                .findFirst();
    }

    /**
     * Opens the weights of {@code part}, one of {@link #parts()}, under the names of a model directory. FP8 scales are
     * applied. The caller closes them. The header is not read again.
     */
    public WeightSource open(String part) {
        Part found = parts.stream()
                .filter(p -> p.name().equals(part))
                .findFirst()
                .orElseThrow(() -> new InvalidFileException(file(), "holds no " + part + " but " + parts()));
        return found.translation()
                .apply(ScaledWeights.view(WeightView.of(
                        file.reopened(),
                        tensor -> tensor.name().startsWith(found.prefix())
                                ? Stream.of(tensor.as(
                                        tensor.name().substring(found.prefix().length())))
                                : Stream.empty())));
    }
}
