package dev.hypersd.evaluation;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.evaluation.ImageSource.Pictures;
import dev.hypersd.evaluation.Judgement.Picture;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.image.Image;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Evaluates models in a folder. {@code model.jsonl} has the judgements of a model's pictures and, for test scenes,
 * {@code ground-truth.jsonl} those of the scenes that the prompts describe, {@code reconstruction.jsonl} those of the
 * same scenes after the model's autoencoder, and {@code reference.jsonl} those of as many other scenes, which distances
 * are measured to. Pictures that have been judged are not drawn again. The name of each file has digits before its
 * ending that stand for all that decides its judgements, so one folder may have those of several models.
 *
 * @param judges the judges of all pictures
 * @param prompts at least one prompt, each of which is drawn once; distances take two
 * @param diversityPrompts the number of prompts, from the first on, that are drawn four times to measure the diversity
 * @param batch the number of pictures that are drawn at once
 * @param seed the seed of all pictures, see {@link PromptBatch}
 * @param teacher the source of pictures of the same prompts and noise with which the model's are compared, if any
 * @param statistics computes means and covariances of features
 */
public record Evaluation(
        Judges judges,
        List<TestPrompt> prompts,
        int diversityPrompts,
        int batch,
        long seed,
        Optional<ImageSource> teacher,
        Statistics statistics) {
    /** The number of pictures of a prompt that is drawn several times. */
    private static final int REPETITIONS = 4;

    public Evaluation {
        prompts = List.copyOf(prompts);
        if (prompts.isEmpty()) {
            throw new InvalidRequestException("an evaluation takes at least 1 prompt");
        }
    }

    /** Returns the same evaluation of the first {@code count} prompts. */
    Evaluation first(int count) {
        return new Evaluation(judges, prompts.subList(0, count), diversityPrompts, batch, seed, teacher, statistics);
    }

    /**
     * Judges the test scenes that the prompts describe, except those that have been judged: what models that draw
     * scenes are compared with.
     *
     * @param name a description of the autoencoder that identifies its results
     * @param autoencoder encodes and decodes pictures
     * @param progress receives after each batch the number of pictures that are left of the set that is being judged
     */
    public ReferenceImages scenes(
            String name, UnaryOperator<List<Image>> autoencoder, Path folder, LongConsumer progress) {
        Evaluation alone = new Evaluation(judges, prompts, diversityPrompts, batch, seed, Optional.empty(), statistics);
        ImageSource scenes = ImageSource.groundTruth();
        List<TestPrompt> more = TestPrompt.range(prompts.size(), prompts.size());
        List<Judgement> others = alone.judged("reference", "reference", scenes, folder, once(more), progress);
        List<Judgement> groundTruth =
                alone.judged("ground-truth", "ground truth", scenes, folder, withRepetitions(), progress);
        List<Judgement> reconstruction = alone.judged(
                "reconstruction",
                "reconstruction by the autoencoder of " + name,
                scenes.then(autoencoder),
                folder,
                once(prompts),
                progress);
        Optional<ReferenceFeatures> features = judges.features().isEmpty()
                ? Optional.empty()
                : Optional.of(ReferenceFeatures.of("%d other test scenes".formatted(more.size()), others));
        SequencedMap<String, EvaluationResult> beside = new LinkedHashMap<>();
        beside.put(ReferenceImages.RECONSTRUCTION, Measurement.of(prompts, reconstruction, features, statistics));
        beside.put(ReferenceImages.GROUND_TRUTH, Measurement.of(prompts, groundTruth, features, statistics));
        return new ReferenceImages(
                features, beside, features.map(_ -> new SceneWorld(others, groundTruth)), Optional.empty());
    }

    /**
     * Judges a model's pictures, where they have not been judged yet.
     *
     * @param name a description of the model that identifies its pictures
     * @param progress receives after each batch the number of pictures that are left
     */
    public List<Judgement> judged(String name, ImageSource model, Path folder, LongConsumer progress) {
        return judged("model", content(name), model, folder, withRepetitions(), progress);
    }

    /**
     * Returns the share of one of several processes that divide this evaluation among themselves; each judges in a
     * folder of its own, and {@link #takeUp} joins them.
     *
     * @throws InvalidRequestException if the share has no prompts
     */
    public Evaluation share(Share share) {
        int from = share.from(prompts.size(), batch);
        List<TestPrompt> own = prompts.subList(from, share.to(prompts.size(), batch));
        int repeated = Math.clamp(diversityPrompts - (long) from, 0, own.size());
        return new Evaluation(judges, own, repeated, batch, seed, teacher, statistics);
    }

    /**
     * Adds to the judgements of a model in {@code folder} those that other processes have made of their shares.
     *
     * @param name as for {@link #judged(String, ImageSource, Path, LongConsumer)}
     * @param shares the folders of the shares
     */
    public void takeUp(String name, Path folder, List<Path> shares) {
        DrawnPictures.make(folder);
        String content = content(name);
        JudgementFile all = file("model", content, folder);
        Set<Picture> known = new HashSet<>();
        all.read().forEach(judgement -> known.add(judgement.picture()));
        shares.forEach(share -> all.append(file("model", content, share).read().stream()
                .filter(judgement -> known.add(judgement.picture()))
                .toList()));
    }

    private String content(String name) {
        return "%s, seed %d".formatted(name, seed);
    }

    /** Returns the figures of the pictures that were judged. */
    public EvaluationResult result(List<Judgement> judgements, ReferenceImages references) {
        EvaluationResult measured = Measurement.of(prompts, judgements, references.features(), statistics);
        List<String> warnings = new ArrayList<>(measured.warnings());
        references.world().flatMap(world -> world.warning(judgements)).ifPresent(warnings::add);
        SequencedMap<Figure, Double> figures = new LinkedHashMap<>(measured.figures());
        references.training().ifPresent(training -> figures.putAll(training.memorisation(judgements)));
        return new EvaluationResult(measured.pictures(), figures, warnings);
    }

    /** @param name of the file, without its ending */
    private List<Judgement> judged(
            String name,
            String content,
            ImageSource source,
            Path folder,
            List<PromptBatch> batches,
            LongConsumer progress) {
        DrawnPictures.make(folder);
        JudgementFile file = file(name, content, folder);
        Set<Picture> done = new HashSet<>();
        file.read().forEach(judgement -> done.add(judgement.picture()));
        Set<Picture> wanted = new HashSet<>();
        batches.forEach(some -> wanted.addAll(some.pictures()));
        long left = wanted.stream().filter(picture -> !done.contains(picture)).count();
        for (PromptBatch some : batches) {
            // Whole batches are drawn again, so that a picture is always in a batch with the same others.
            if (!done.containsAll(some.pictures())) {
                List<Judgement> missing = judge(source, some).stream()
                        .filter(judgement -> !done.contains(judgement.picture()))
                        .toList();
                file.append(missing);
                left -= missing.size();
                progress.accept(left);
            }
        }
        return file.read().stream()
                .filter(judgement -> wanted.contains(judgement.picture()))
                .toList();
    }

    /**
     * Opens the file of judgements. What differs in anything has a file of its own, so that nothing is taken for what
     * it is not and nothing is lost.
     */
    private JudgementFile file(String name, String content, Path folder) {
        String all = "%s, judges %s".formatted(content, judges.fingerprint());
        return JudgementFile.open(
                folder.resolve(
                        "%s-%s.jsonl".formatted(name, new Fingerprint().add(all).digits())),
                all);
    }

    private List<Judgement> judge(ImageSource source, PromptBatch some) {
        Pictures drawn = source.pictures(some);
        List<Judgement> judgements = judges.judge(drawn.images(), some, drawn.milliseconds());
        return teacher.map(other -> compared(
                        judgements, drawn.images(), other.pictures(some).images()))
                .orElse(judgements);
    }

    /** Adds to each judgement the mean squared error of its picture to the teacher's of the same size. */
    private static List<Judgement> compared(List<Judgement> judgements, List<Image> images, List<Image> taught) {
        return IntStream.range(0, images.size())
                .mapToObj(i -> {
                    OptionalDouble error = error(images.get(i), taught.get(i));
                    return error.isPresent()
                            ? judgements.get(i).withTeacherError(error.getAsDouble())
                            : judgements.get(i);
                })
                .toList();
    }

    /** The mean squared difference of pixels from -1 to 1; absent for pictures of different sizes. */
    private static OptionalDouble error(Image image, Image other) {
        return image.width() == other.width() && image.height() == other.height()
                ? OptionalDouble.of(Engine.infer(() -> Tensors.toList(ImageTensors.of(image)
                                .sub(ImageTensors.of(other))
                                .square()
                                .flatten(1, 3)
                                .mean(1))
                        .getFirst()))
                : OptionalDouble.empty();
    }

    private List<PromptBatch> once(List<TestPrompt> some) {
        return PromptBatch.of(some, 0, batch, seed);
    }

    /** Returns all batches; the diversity, which repetitions are drawn for, is measured on features. */
    private List<PromptBatch> withRepetitions() {
        List<PromptBatch> batches = new ArrayList<>(once(prompts));
        int repeated = judges.features().isEmpty() ? 0 : Math.min(diversityPrompts, prompts.size());
        List<TestPrompt> first = prompts.subList(0, repeated);
        for (int repetition = 1; repetition < REPETITIONS; repetition++) {
            batches.addAll(PromptBatch.of(first, repetition, batch, seed));
        }
        return batches;
    }
}
