package dev.hypersd.model;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.FilesBelow;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.StoredTensor;
import dev.hypersd.weights.WeightSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Tensor;

/**
 * What a file or a folder of weights is, and whether it is whole. Headers and configurations are read; values are only
 * read where that is asked for, one tensor at a time.
 *
 * @param path the file or folder
 * @param type what it is, such as {@code "model directory of SD 1.5"}; empty if that cannot be told
 * @param bytes the size of all its files
 * @param dtypes the types of the stored numbers
 * @param problems a sentence for each thing that is wrong with it; empty if it is whole
 */
public record ModelCheck(Path path, String type, long bytes, Set<Dtype> dtypes, List<String> problems) {
    /** What weights are used for. */
    public enum Use {
        MODEL("model"),
        LORA("LoRA"),
        CONTROLNET("ControlNet"),
        JUDGE("judge");

        private final String title;

        Use(String title) {
            this.title = title;
        }

        /** Returns the name for messages. */
        public String title() {
            return title;
        }
    }

    private static final String WEIGHTS = ".safetensors";

    public ModelCheck {
        dtypes = Set.copyOf(dtypes);
        problems = List.copyOf(problems);
    }

    /** Returns whether nothing is wrong with it. */
    public boolean isWhole() {
        return problems.isEmpty();
    }

    /**
     * Reads configurations and headers.
     *
     * @param use what it is to be used for; empty for whatever it is
     */
    public static ModelCheck ofHeaders(Path path, Optional<Use> use) {
        List<String> problems = new ArrayList<>();
        try {
            List<Path> files = files(path);
            long bytes = 0;
            for (Path file : files) {
                bytes += Files.size(file);
            }
            try {
                boolean isJudge = use.equals(Optional.of(Use.JUDGE));
                Inspection found = isJudge ? judge(path, files) : Inspection.of(path);
                use.ifPresent(wanted -> requireUse(found, wanted));
                return new ModelCheck(path, type(found, use), bytes, dtypes(found), problems);
            } catch (HyperSdException e) {
                problems.add(Objects.toString(e.getMessage(), ""));
                return new ModelCheck(path, "", bytes, EnumSet.noneOf(Dtype.class), problems);
            }
        } catch (IOException e) {
            problems.add("%s: cannot be read: %s".formatted(path, e.getMessage()));
            return new ModelCheck(path, "", 0, EnumSet.noneOf(Dtype.class), problems);
        }
    }

    /**
     * Reads configurations, headers and all values.
     *
     * @param use what it is to be used for; empty for whatever it is
     */
    public static ModelCheck ofValues(Path path, Optional<Use> use) {
        ModelCheck headers = ofHeaders(path, use);
        if (!headers.isWhole()) {
            return headers;
        }
        try {
            List<String> problems = files(path).stream()
                    .filter(ModelCheck::isWeights)
                    .flatMap(file -> notFinite(file).stream())
                    .toList();
            return new ModelCheck(path, headers.type, headers.bytes, headers.dtypes, problems);
        } catch (HyperSdException | IOException e) {
            List<String> problems = List.of("%s: cannot be read: %s".formatted(path, e.getMessage()));
            return new ModelCheck(path, headers.type, headers.bytes, headers.dtypes, problems);
        }
    }

    private static List<Path> files(Path path) throws IOException {
        if (!Files.exists(path)) {
            throw new IOException("there is no such file or folder");
        }
        return FilesBelow.of(path);
    }

    private static boolean isWeights(Path file) {
        return file.toString().endsWith(WEIGHTS);
    }

    /** Describes the weights of a judge, whose folders have layouts of their own. */
    private static Inspection judge(Path folder, List<Path> files) {
        List<Inspection.Part> parts = files.stream()
                .filter(ModelCheck::isWeights)
                .flatMap(file -> Inspection.of(file).parts().stream())
                .toList();
        if (parts.isEmpty()) {
            throw new InvalidFileException(folder, "has no weights: no safetensors file");
        }
        return new Inspection(
                folder, Inspection.Kind.NETWORK_DIRECTORY, Optional.empty(), parts, Optional.empty(), Map.of());
    }

    private static void requireUse(Inspection found, Use use) {
        boolean fits = switch (use) {
            case MODEL -> isModel(found);
            case LORA -> found.kind() == Inspection.Kind.LORA;
            case CONTROLNET -> isControlNet(found);
            case JUDGE -> true;
        };
        if (!fits) {
            throw new InvalidFileException(
                    found.path(), "is a %s and no %s".formatted(found.kind().title(), use.title()));
        }
    }

    /** Opens a model as for drawing, which finds what is missing; a variant is used where there is nothing else. */
    private static boolean isModel(Inspection found) {
        if (found.kind() != Inspection.Kind.MODEL_DIRECTORY && found.kind() != Inspection.Kind.CHECKPOINT) {
            return false;
        }
        Set<String> variants =
                found.parts().stream().map(Inspection.Part::variant).collect(Collectors.toSet());
        LoadOptions options = variants.contains("")
                ? LoadOptions.DEFAULT
                : LoadOptions.DEFAULT.withVariant(variants.iterator().next());
        new ModelSource(found.path(), options).open();
        return true;
    }

    private static boolean isControlNet(Inspection found) {
        return found.parts().stream()
                .anyMatch(part -> part.className().equals("ControlNetModel")
                        || part.name().equals("controlnet"));
    }

    private static String type(Inspection found, Optional<Use> use) {
        if (use.equals(Optional.of(Use.JUDGE))) {
            return Use.JUDGE.title();
        }
        String kind =
                isControlNet(found) ? Use.CONTROLNET.title() : found.kind().title();
        return kind + found.family().map(family -> " of " + family).orElse("");
    }

    private static Set<Dtype> dtypes(Inspection found) {
        return found.parts().stream()
                .flatMap(part -> part.parameters().keySet().stream())
                .collect(Collectors.toSet());
    }

    private static Optional<String> notFinite(Path file) {
        return Engine.infer(() -> {
            try (WeightSource weights = SafetensorsFile.open(file)) {
                List<String> names = weights.names().stream()
                        .filter(name -> !isFinite(weights, weights.find(name).orElseThrow()))
                        .toList();
                return names.isEmpty()
                        ? Optional.<String>empty()
                        : Optional.of("%s: holds NaN or infinity in %d of %d tensors (first: %s)"
                                .formatted(file, names.size(), weights.names().size(), names.getFirst()));
            }
        });
    }

    private static boolean isFinite(WeightSource weights, StoredTensor tensor) {
        boolean finite = !tensor.dtype().isFloatingPoint()
                || TensorScope.released(() -> {
                    Tensor values = tensor.load();
                    boolean small = tensor.dtype().bytes() == 1; // the engine has no such question for eight bits
                    return (small ? values.to(Dtype.F32.scalarType()) : values)
                            .isfinite()
                            .all()
                            .item_bool();
                });
        weights.evictPages();
        return finite;
    }
}
