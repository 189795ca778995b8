package dev.hypersd.weights;

import dev.hypersd.error.InvalidFileException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the weights of a network in its folder, as diffusers and transformers lay them out:
 *
 * <pre>
 * STEM.safetensors            STEM.safetensors.index.json            one file, or shards with an index
 * STEM.VARIANT.safetensors    STEM.safetensors.index.VARIANT.json    the same in another precision
 * </pre>
 *
 * <p>STEM is {@code diffusion_pytorch_model} or {@code model}, VARIANT usually {@code fp16}. Pickles ({@code .bin}) are
 * refused.
 */
public final class WeightFolder {
    private static final Logger LOG = System.getLogger("dev.hypersd.weights");

    private static final List<String> PICKLES = List.of(".bin", ".ckpt", ".pt", ".pth");

    private WeightFolder() {}

    /**
     * Opens the weights without a variant.
     *
     * @throws InvalidFileException if there are none; the message names what exists instead
     */
    public static WeightSource open(Path folder, String stem) {
        return find(folder, stem + ".safetensors", stem + ".safetensors.index.json")
                .orElseThrow(() -> absent(folder, stem));
    }

    /**
     * Opens the weights of {@code variant}, for example {@code "fp16"}, or those without a variant if only they exist.
     */
    public static WeightSource open(Path folder, String stem, String variant) {
        String single = stem + "." + variant + ".safetensors";
        return find(folder, single, stem + ".safetensors.index." + variant + ".json")
                .orElseGet(() -> {
                    WeightSource plain = open(folder, stem);
                    LOG.log(
                            Level.INFO,
                            "{0} has no {1}, {2} is used",
                            folder,
                            single,
                            plain.file().getFileName());
                    return plain;
                });
    }

    /** Returns the variants of the weights in the folder, not counting weights without a variant. */
    public static List<String> variants(Path folder, String stem) {
        return list(folder).stream()
                .map(file -> variant(file, stem))
                .filter(variant -> !variant.isEmpty())
                .distinct()
                .toList();
    }

    /**
     * Opens the only safetensors file in a folder, whatever its name: published judges have names of their own.
     *
     * @throws InvalidFileException if there is none, or more than one
     */
    public static WeightSource openOnly(Path folder) {
        List<String> files = list(folder).stream()
                .filter(file -> file.endsWith(".safetensors"))
                .toList();
        if (files.size() > 1) {
            throw new InvalidFileException(
                    folder, "has several files of weights, %s; leave one of them".formatted(String.join(", ", files)));
        }
        if (files.isEmpty()) {
            throw pickle(folder, "a safetensors file")
                    .orElseGet(() -> new InvalidFileException(folder, "has no weights: no safetensors file"));
        }
        return SafetensorsFile.open(folder.resolve(files.getFirst()));
    }

    private static Optional<WeightSource> find(Path folder, String single, String index) {
        if (Files.exists(folder.resolve(single))) {
            return Optional.of(SafetensorsFile.open(folder.resolve(single)));
        }
        return Files.exists(folder.resolve(index))
                ? Optional.of(ShardedSafetensors.open(folder.resolve(index)))
                : Optional.empty();
    }

    private static InvalidFileException absent(Path folder, String stem) {
        String single = stem + ".safetensors";
        List<String> variants = variants(folder, stem);
        if (!variants.isEmpty()) {
            String variant = variants.getFirst();
            return new InvalidFileException(
                    folder.resolve(single),
                    "not found; the weights are there only as variant %s (%s.%s.safetensors): ask for variant %s"
                            .formatted(String.join(" or ", variants), stem, variant, variant));
        }
        return pickle(folder, single)
                .orElseGet(() -> new InvalidFileException(
                        folder.resolve("config.json"),
                        "describes a network whose weights are missing: no " + single + " beside it"));
    }

    /** Returns the refusal of a folder where {@code missing} is missing, and there is a pickle. */
    private static Optional<InvalidFileException> pickle(Path folder, String missing) {
        return list(folder).stream()
                .filter(file -> PICKLES.stream().anyMatch(file::endsWith))
                .findFirst()
                .map(file -> new InvalidFileException(
                        folder.resolve(file),
                        ("is a pickle, which could run code, and %s is missing: make a safetensors file of it with "
                                        + "\"hypersd convert\"")
                                .formatted(missing)));
    }

    /** Returns the variant in the name of a weights file; empty if it has none. */
    private static String variant(String file, String stem) {
        String index = stem + ".safetensors.index.";
        if (file.startsWith(index) && file.endsWith(".json")) {
            return between(file, index, ".json");
        }
        boolean shard = file.matches(".*-\\d+-of-\\d+\\..*");
        return !shard && file.startsWith(stem + ".") ? between(file, stem + ".", ".safetensors") : "";
    }

    private static String between(String text, String before, String after) {
        boolean room = text.length() > before.length() + after.length() && text.endsWith(after);
        return room ? text.substring(before.length(), text.length() - after.length()) : "";
    }

    private static List<String> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new InvalidFileException(folder, "cannot be listed: " + e.getMessage(), e);
        }
    }
}
