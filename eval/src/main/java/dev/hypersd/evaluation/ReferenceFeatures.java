package dev.hypersd.evaluation;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.evaluation.Judgement.Picture;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.image.Image;
import dev.hypersd.judge.FeatureKind;
import dev.hypersd.metric.FeatureStatistics;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.SafetensorsWriter;
import dev.hypersd.weights.StoredTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * The features of the pictures to which distances are measured.
 *
 * @param name the name in reports
 * @param features the features of each kind, of the same number of pictures
 * @param statistics the mean and covariance of Inception's features, if a file of another program contains only these
 */
public record ReferenceFeatures(
        String name, Map<FeatureKind, List<float[]>> features, Optional<FeatureStatistics> statistics) {
    private static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg", ".webp");
    private static final String FILE_ENDING = ".safetensors";
    private static final String NUMPY_ENDING = ".npz";
    private static final int FEW = 16;

    public ReferenceFeatures {
        features = Map.copyOf(features);
    }

    /** Returns the features of judged pictures. */
    static ReferenceFeatures of(String name, List<Judgement> judgements) {
        Map<FeatureKind, List<float[]>> features = new EnumMap<>(FeatureKind.class);
        judgements.forEach(judgement -> judgement
                .features()
                .forEach((kind, vector) ->
                        features.computeIfAbsent(kind, _ -> new ArrayList<>()).add(vector)));
        return new ReferenceFeatures(name, features, Optional.empty());
    }

    /** Returns the number of pictures. */
    public int pictures() {
        return features.values().stream().mapToInt(List::size).max().orElse(0);
    }

    /**
     * Returns the features in a file that {@link #write} wrote, or those of the pictures in a folder. If the prompts
     * are captions of images with names, those images of the folder are taken; otherwise all of them. The features of a
     * folder are computed once and kept in {@code cache}.
     *
     * @param path the file or the folder
     * @param progress receives the number of pictures that are left
     * @throws InvalidFileException if there is no such file or folder, the folder has no pictures or lacks one that a
     *     prompt is a caption of, or the features are those of other judges
     * @throws InvalidRequestException if there are no judges that give features
     */
    public static ReferenceFeatures of(Path path, PromptSet prompts, Judges judges, Path cache, LongConsumer progress) {
        if (judges.features().isEmpty()) {
            throw new InvalidRequestException("distances to %s take a judge that gives features of pictures: %s"
                    .formatted(
                            path,
                            Stream.of(FeatureKind.values())
                                    .map(FeatureKind::key)
                                    .collect(Collectors.joining(" or "))));
        }
        return Files.isDirectory(path)
                ? ofFolder(path, files(path, prompts), judges, cache, progress)
                : read(path, judges);
    }

    private static List<Path> files(Path folder, PromptSet prompts) {
        if (prompts.prompts().stream().allMatch(prompt -> prompt.image().isPresent())) {
            List<Path> named = prompts.prompts().stream()
                    .map(prompt -> plain(folder, prompt.image().orElseThrow()))
                    .distinct()
                    .toList();
            List<Path> missing =
                    named.stream().filter(file -> !Files.isRegularFile(file)).toList();
            if (!missing.isEmpty()) {
                throw new InvalidFileException(
                        missing.getFirst(),
                        "not found, and %s has a caption of it (%d of %d images are missing)"
                                .formatted(prompts.source(), missing.size(), named.size()));
            }
            return named;
        }
        try (Stream<Path> inside = Files.list(folder)) {
            List<Path> pictures = inside.filter(file -> ENDINGS.stream()
                            .anyMatch(String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT)::endsWith))
                    .sorted()
                    .toList();
            if (pictures.size() < 2) {
                throw new InvalidFileException(
                        folder, "has %d pictures, and distances take at least 2".formatted(pictures.size()));
            }
            return pictures;
        } catch (IOException e) {
            throw new InvalidFileException(folder, "cannot be listed: " + e.getMessage(), e);
        }
    }

    /** Returns a file of the folder. Files of prompts come from strangers and must not name files elsewhere. */
    private static Path plain(Path folder, String name) {
        Path file = folder.resolve(name).normalize();
        if (!folder.normalize().equals(file.getParent())) {
            throw new InvalidFileException(
                    folder, "does not contain \"%s\"; images are named by plain file names only".formatted(name));
        }
        return file;
    }

    private static ReferenceFeatures ofFolder(
            Path folder, List<Path> files, Judges judges, Path cache, LongConsumer progress) {
        DrawnPictures.make(cache);
        String subject = "features of %s, judges %s".formatted(folder, judges.fingerprint());
        JudgementFile known = JudgementFile.open(
                cache.resolve("reference-%s.jsonl"
                        .formatted(new Fingerprint().add(subject).digits())),
                subject);
        Map<String, Judgement> done = new HashMap<>();
        known.read().forEach(judgement -> done.put(judgement.picture().digits(), judgement));
        List<Judgement> all = new ArrayList<>();
        List<Judgement> fresh = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            String digits = Fingerprint.ofContents(files.get(i));
            if (!done.containsKey(digits)) {
                Judgement judgement = features(new Picture(i, 0, digits), Image.read(files.get(i)), judges);
                done.put(digits, judgement);
                fresh.add(judgement);
            }
            all.add(done.get(digits));
            if (fresh.size() == FEW || i == files.size() - 1) {
                known.append(fresh);
                fresh.clear();
                progress.accept(files.size() - 1L - i);
            }
        }
        return of("%s, %d pictures".formatted(folder, all.size()), all);
    }

    private static Judgement features(Picture picture, Image image, Judges judges) {
        Map<FeatureKind, float[]> features = new EnumMap<>(FeatureKind.class);
        judges.features()
                .forEach(kind ->
                        features.put(kind, judges.features(kind, List.of(image)).getFirst()));
        return new Judgement(picture, List.of(), Map.of(), features, OptionalDouble.empty(), OptionalDouble.empty());
    }

    /** Writes the features to a safetensors file, a matrix {@code [pictures, features]} for each kind. */
    public void write(Path file, Judges judges) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("name", name);
        Engine.infer(() -> {
            features.forEach((kind, vectors) -> {
                float[] all = new float[vectors.size() * vectors.getFirst().length];
                for (int i = 0; i < vectors.size(); i++) {
                    System.arraycopy(vectors.get(i), 0, all, i * vectors.get(i).length, vectors.get(i).length);
                }
                tensors.put(kind.key(), Tensors.of(all, vectors.size(), vectors.getFirst().length));
                metadata.put(kind.key(), judges.fingerprints().get(kind.key()));
            });
            SafetensorsWriter.write(file, tensors, metadata);
            return file;
        });
    }

    private static ReferenceFeatures read(Path file, Judges judges) {
        if (Files.isRegularFile(file) && file.toString().endsWith(NUMPY_ENDING)) {
            if (!judges.features().contains(FeatureKind.INCEPTION)) {
                throw new InvalidRequestException("%s has features of Inception; distances to it take the judge \"%s\""
                        .formatted(file, FeatureKind.INCEPTION.key()));
            }
            return NumpyFeatures.read(file);
        }
        if (!Files.isRegularFile(file) || !file.toString().endsWith(FILE_ENDING)) {
            throw new InvalidFileException(
                    file,
                    "is neither a folder of pictures, nor a file of features (.safetensors) that eval has written, nor "
                            + "one of statistics (.npz) of clean-fid or pytorch-fid");
        }
        try (SafetensorsFile stored = SafetensorsFile.open(file)) {
            Map<FeatureKind, List<float[]>> features = new EnumMap<>(FeatureKind.class);
            for (FeatureKind kind : judges.features()) {
                Optional<StoredTensor> matrix = stored.find(kind.key());
                String wanted = judges.fingerprints().getOrDefault(kind.key(), "");
                if (matrix.isPresent() && wanted.equals(stored.metadata().get(kind.key()))) {
                    features.put(kind, rows(file, matrix.get()));
                }
            }
            if (features.isEmpty()) {
                throw new InvalidFileException(
                        file, "has no features of these judges: compute them again from the folder of pictures");
            }
            return new ReferenceFeatures(
                    stored.metadata().getOrDefault("name", file.toString()), features, Optional.empty());
        }
    }

    private static List<float[]> rows(Path file, StoredTensor matrix) {
        long[] shape = matrix.shape();
        if (matrix.dtype() != Dtype.F32 || shape.length != 2 || shape[0] < 2 || shape[1] < 1) {
            throw new InvalidFileException(file, "has features that are not F32 of at least 2 pictures");
        }
        float[] all = Engine.infer(() -> Tensors.toFloats(matrix.load()));
        List<float[]> rows = new ArrayList<>();
        for (int i = 0; i < shape[0]; i++) {
            float[] row = new float[(int) shape[1]];
            System.arraycopy(all, i * row.length, row, 0, row.length);
            rows.add(row);
        }
        return rows;
    }
}
