package dev.hypersd.model;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.SafetensorsWriter;
import dev.hypersd.weights.StoredTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * A textual inversion embedding (Gal et al., 2022) in a safetensors file. For one text encoder it is a tensor {@code
 * [count, D]} or {@code [D]} called {@code emb_params}, or by the word itself, or it is the only tensor; for SDXL's two
 * encoders there are {@code clip_l} and {@code clip_g}, or {@code text_encoders_0} and {@code text_encoders_1}. In a
 * LoRA file the names begin with {@code bundle_emb.WORD.}.
 */
public final class TextualInversion implements AutoCloseable {
    private static final String FIRST = "clip_l";
    private static final String SECOND = "clip_g";
    private static final String FIRST_OF_DIFFUSERS = "text_encoders_0";
    private static final String SECOND_OF_DIFFUSERS = "text_encoders_1";
    private static final String ONLY = "emb_params";

    /** The beginning of the tensor's name in the oldest files, which were pickles; the word or * follows. */
    private static final String OLDEST = "string_to_param.";

    /** The greatest number of vectors, more than any prompt has room for. */
    private static final int MOST = 1024;

    private final SafetensorsFile file;
    private final List<StoredTensor> vectors;

    private TextualInversion(SafetensorsFile file, List<StoredTensor> vectors) {
        this.file = file;
        this.vectors = vectors;
    }

    /**
     * Opens {@code path} for text encoders of these widths.
     *
     * @param word the name of the embedding in a file with several; in other files it is ignored
     * @param widths the width of each text encoder of the model
     * @throws InvalidFileException if the file holds no embedding, or one for other text encoders
     */
    public static TextualInversion open(String word, Path path, List<Integer> widths) {
        SafetensorsFile file = SafetensorsFile.open(path);
        try {
            List<StoredTensor> found = find(file, word, widths);
            require(file, found, widths);
            return new TextualInversion(file, found);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static List<StoredTensor> find(SafetensorsFile file, String word, List<Integer> widths) {
        Set<String> names = file.names();
        String bundle = "bundle_emb." + word + ".";
        String stem = names.stream().anyMatch(name -> name.startsWith(bundle)) ? bundle : "";
        Optional<StoredTensor> first = file.find(stem + FIRST).or(() -> file.find(FIRST_OF_DIFFUSERS));
        Optional<StoredTensor> second = file.find(stem + SECOND).or(() -> file.find(SECOND_OF_DIFFUSERS));
        if (first.isPresent() && second.isPresent()) {
            // SDXL's refiner has the second of its text encoders only.
            boolean onlySecond = widths.equals(List.of(width(second.get())));
            return onlySecond ? List.of(second.get()) : List.of(first.get(), second.get());
        }
        return List.of(file.find(stem + ONLY)
                .or(() -> names.stream()
                        .filter(name -> name.startsWith(stem + OLDEST))
                        .findFirst()
                        .flatMap(file::find))
                .or(() -> names.size() == 1 ? file.find(names.iterator().next()) : file.find(word))
                .orElseThrow(() -> new InvalidFileException(
                        file.file(),
                        ("is no textual inversion: it has neither emb_params, nor clip_l and clip_g, nor a single "
                                        + "tensor, but %d tensors, and none of them is called \"%s\"")
                                .formatted(names.size(), word))));
    }

    private static void require(SafetensorsFile file, List<StoredTensor> found, List<Integer> widths) {
        List<Integer> own = new ArrayList<>();
        for (StoredTensor tensor : found) {
            long[] shape = tensor.shape();
            long count = shape.length == 2 ? shape[0] : 1;
            if (shape.length < 1
                    || shape.length > 2
                    || count < 1
                    || count > MOST
                    || !tensor.dtype().isFloatingPoint()) {
                throw new InvalidFileException(
                        file.file(),
                        "is no textual inversion: %s is not a table of a few vectors".formatted(tensor.name()));
            }
            own.add(width(tensor));
        }
        if (!own.equals(widths)) {
            throw new InvalidFileException(
                    file.file(),
                    ("is a word for text encoders %s wide, those of the model are %s wide; it is for another family "
                                    + "of models")
                            .formatted(own, widths));
        }
    }

    private static int width(StoredTensor tensor) {
        long[] shape = tensor.shape();
        return shape.length == 0 ? 0 : (int) shape[shape.length - 1];
    }

    /**
     * Writes vectors as {@link #open} and other programs read them.
     *
     * @param vectors for one text encoder, or for both of SDXL, each {@code [count, D]}
     * @param metadata strings for the header
     */
    public static void write(Path file, List<Tensor> vectors, Map<String, String> metadata) {
        List<String> names = switch (vectors.size()) {
            case 1 -> List.of(ONLY);
            case 2 -> List.of(FIRST, SECOND);
            default -> throw new IllegalArgumentException("vectors for %d text encoders".formatted(vectors.size()));
        };
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            tensors.put(names.get(i), vectors.get(i));
        }
        SafetensorsWriter.write(file, tensors, metadata);
    }

    /** Returns the vectors for text encoder {@code index}, {@code [count, D]} or {@code [D]}. */
    StoredTensor vectors(int index) {
        return vectors.get(index);
    }

    @Override
    public void close() {
        file.close();
    }
}
