package dev.hypersd.evaluation;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.evaluation.ImageSource.Pictures;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.image.Image;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.Tensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Evaluates a model in a folder. {@code model.jsonl} has the judgements of the model's pictures, {@code
 * ground-truth.jsonl} those of the test scenes that the prompts describe, {@code reconstruction.jsonl} those of the
 * same scenes after the model's autoencoder, and {@code reference.jsonl} those of as many other scenes, to which FID
 * and KID measure the distance. Pictures that have been judged are not drawn again. The name of each file contains
 * digits of a hash of everything that determines its judgements, so one folder may hold those of several models.
 *
 * @param judges the judges of all pictures
 * @param prompts at least two prompts, each of which is drawn once
 * @param diversityPrompts the number of prompts, from the first on, that are drawn four times to measure the diversity
 * @param batch the number of pictures that are drawn at once
 * @param seed the seed of all pictures, see {@link PromptBatch}
 * @param teacher the source of pictures of the same prompts and noise with which the model's are compared, if any
 */
public record Evaluation(
        Judges judges,
        List<TestPrompt> prompts,
        int diversityPrompts,
        int batch,
        long seed,
        Optional<ImageSource> teacher) {
    /** The number of pictures of a prompt that is drawn several times. */
    private static final int REPETITIONS = 4;

    /**
     * Checks the settings.
     *
     * @throws InvalidRequestException if there are fewer than two prompts, whose features have no covariance
     */
    public Evaluation {
        prompts = List.copyOf(prompts);
        if (prompts.size() < 2) {
            throw new InvalidRequestException(
                    "an evaluation takes at least 2 prompts, not %d: FID needs the covariance of their features"
                            .formatted(prompts.size()));
        }
    }

    /**
     * A source of pictures.
     *
     * @param teacher the source with which its pictures are compared, if any
     */
    private record Subject(ImageSource source, Optional<ImageSource> teacher) {
        static Subject withoutTeacher(ImageSource source) {
            return new Subject(source, Optional.empty());
        }
    }

    /** The picture of a judgement. */
    private record Key(long number, int repetition) {
        static Key of(Judgement judgement) {
            return new Key(judgement.number(), judgement.repetition());
        }
    }

    /**
     * Judges the pictures with which models are compared, except those that have been judged.
     *
     * @param name a description of the autoencoder that identifies its results
     * @param autoencoder encodes and decodes pictures
     * @param progress receives after each batch the number of pictures that are left of the set that is being judged
     */
    public ReferenceImages references(
            String name, UnaryOperator<List<Image>> autoencoder, Path folder, LongConsumer progress) {
        DrawnPictures.make(folder);
        ImageSource scenes = ImageSource.groundTruth();
        List<TestPrompt> more = TestPrompt.range(prompts.size(), prompts.size());
        List<Judgement> reference =
                judged("reference", "reference", Subject.withoutTeacher(scenes), folder, once(more), progress);
        List<Judgement> groundTruth = judged(
                "ground-truth", "ground truth", Subject.withoutTeacher(scenes), folder, withRepetitions(), progress);
        List<Judgement> reconstruction = judged(
                "reconstruction",
                "reconstruction by the autoencoder of " + name,
                Subject.withoutTeacher(scenes.then(autoencoder)),
                folder,
                once(prompts),
                progress);
        return new ReferenceImages(
                reference,
                EvaluationResult.of(prompts, reconstruction, reference),
                EvaluationResult.of(prompts, groundTruth, reference));
    }

    /**
     * Judges a model's pictures, except those that have been judged, and returns the metrics of all.
     *
     * @param name a description of the model that identifies its pictures
     * @param progress receives after each batch the number of pictures that are left
     */
    public EvaluationResult of(
            String name, ImageSource model, ReferenceImages references, Path folder, LongConsumer progress) {
        DrawnPictures.make(folder);
        List<Judgement> judgements = judged(
                "model",
                "%s, seed %d".formatted(name, seed),
                new Subject(model, teacher),
                folder,
                withRepetitions(),
                progress);
        return EvaluationResult.of(prompts, judgements, references.judgements());
    }

    /**
     * Judges the pictures of {@code subject}, except those that have been judged.
     *
     * @param name the name of the file, without its extension
     */
    private List<Judgement> judged(
            String name,
            String content,
            Subject subject,
            Path folder,
            List<PromptBatch> batches,
            LongConsumer progress) {
        String all = "%s, judges %s".formatted(content, judges.fingerprint());
        // What differs in anything has a file of its own, so that nothing is taken for what it is not and nothing is
        // lost.
        JudgementFile file = JudgementFile.open(
                folder.resolve(
                        "%s-%s.jsonl".formatted(name, new Fingerprint().add(all).digits())),
                all);
        Set<Key> done = new HashSet<>();
        file.read().forEach(judgement -> done.add(Key.of(judgement)));
        Set<Key> wanted = new HashSet<>();
        batches.forEach(some -> wanted.addAll(keys(some)));
        long left = wanted.stream().filter(key -> !done.contains(key)).count();
        for (PromptBatch some : batches) {
            // Whole batches are drawn again, so that a picture is always in a batch with the same others.
            if (!done.containsAll(keys(some))) {
                List<Judgement> missing = judge(subject, some).stream()
                        .filter(judgement -> !done.contains(Key.of(judgement)))
                        .toList();
                file.append(missing);
                left -= missing.size();
                progress.accept(left);
            }
        }
        return file.read().stream()
                .filter(judgement -> wanted.contains(Key.of(judgement)))
                .toList();
    }

    private List<Judgement> judge(Subject subject, PromptBatch some) {
        Pictures drawn = subject.source().pictures(some);
        List<Judgement> judgements = judges.judge(drawn.images(), some, drawn.milliseconds());
        return subject.teacher()
                .map(teacher -> compared(
                        judgements, drawn.images(), teacher.pictures(some).images()))
                .orElse(judgements);
    }

    /** Adds to each judgement the mean squared error of its picture to the teacher's, for pixels from -1 to 1. */
    private static List<Judgement> compared(List<Judgement> judgements, List<Image> images, List<Image> taught) {
        List<Double> errors = Engine.infer(() -> Tensors.toList(ImageTensors.of(images)
                .sub(ImageTensors.of(taught))
                .square()
                .flatten(1, 3)
                .mean(1)));
        return IntStream.range(0, errors.size())
                .mapToObj(i -> judgements.get(i).withTeacherError(errors.get(i)))
                .toList();
    }

    private static List<Key> keys(PromptBatch some) {
        return some.prompts().stream()
                .map(prompt -> new Key(prompt.number(), some.repetition()))
                .toList();
    }

    private List<PromptBatch> once(List<TestPrompt> some) {
        return PromptBatch.of(some, 0, batch, seed);
    }

    private List<PromptBatch> withRepetitions() {
        List<PromptBatch> batches = new ArrayList<>(once(prompts));
        List<TestPrompt> first = prompts.subList(0, Math.min(diversityPrompts, prompts.size()));
        for (int repetition = 1; repetition < REPETITIONS; repetition++) {
            batches.addAll(PromptBatch.of(first, repetition, batch, seed));
        }
        return batches;
    }
}
