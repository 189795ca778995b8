package dev.hypersd.evaluation;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.image.Image;
import java.io.IOException;
import java.nio.file.Files;
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
 * Evaluates a model in a folder: {@code model.jsonl} has its judgements, {@code data.jsonl} those of the pictures that the prompts were written
 * for, {@code autoencoder.jsonl} those of the same pictures after the model's autoencoder, {@code others.jsonl} those of as many other
 * pictures, which all are compared with. What is there already is not done again.
 *
 * @param panel the judges
 * @param prompts what is drawn, one picture each
 * @param repeated how many of the first prompts are drawn several times, to see how different their pictures are
 * @param batch how many pictures are drawn at once
 * @param seed of all pictures, see {@link PromptBatch}
 * @param teacher whose trajectories models are to keep to, if there is one
 */
public record Evaluation(
        Panel panel, List<TestPrompt> prompts, int repeated, int batch, long seed, Optional<Generator> teacher) {
    /** Pictures of a prompt that is drawn several times. */
    private static final int REPETITIONS = 4;

    public Evaluation {
        prompts = List.copyOf(prompts);
    }

    /**
     * Where pictures come from.
     *
     * @param teacher they are compared with, if there is one
     */
    private record Drawing(Generator generator, Optional<Generator> teacher) {}

    /** Which picture a judgement is of. */
    private record Key(long number, int repetition) {
        static Key of(Judgement judgement) {
            return new Key(judgement.number(), judgement.repetition());
        }
    }

    /**
     * What models are compared with. Draws and judges what is missing.
     *
     * @param name of the autoencoder
     * @param autoencoder what becomes of pictures that it encodes and decodes
     * @param progress told how many pictures are left of what is being drawn, after each batch
     * @throws dev.hypersd.error.InvalidRequestException if the folder has judgements of another autoencoder or by other judges
     */
    public References references(
            String name, UnaryOperator<List<Image>> autoencoder, Path folder, LongConsumer progress) {
        make(folder);
        List<TestPrompt> more = TestPrompt.range(prompts.size(), prompts.size());
        List<Judgement> others = judged("others", "others", known(Generator.data()), folder, once(more), progress);
        List<Judgement> data = judged("data", "data", known(Generator.data()), folder, repeatedly(), progress);
        List<Judgement> given = judged(
                "autoencoder",
                "autoencoder of " + name,
                known(Generator.data().then(autoencoder)),
                folder,
                once(prompts),
                progress);
        return new References(others, Figures.of(prompts, given, others), Figures.of(prompts, data, others));
    }

    /**
     * The figures of a model. Draws and judges what is missing.
     *
     * @param subject the model and all that decides its pictures
     * @param progress told how many pictures are left, after each batch
     * @throws dev.hypersd.error.InvalidRequestException if the folder has judgements of another subject
     */
    public Figures of(String subject, Generator generator, References references, Path folder, LongConsumer progress) {
        make(folder);
        List<Judgement> model = judged(
                "model",
                "%s, seed %d".formatted(subject, seed),
                new Drawing(generator, teacher),
                folder,
                repeatedly(),
                progress);
        return Figures.of(prompts, model, references.others());
    }

    private static Drawing known(Generator data) {
        return new Drawing(data, Optional.empty());
    }

    /** Makes {@code folder} if it is not there. */
    static void make(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be made: " + e.getMessage(), e);
        }
    }

    /** @param name of the file, without its ending */
    private List<Judgement> judged(
            String name,
            String subject,
            Drawing drawing,
            Path folder,
            List<PromptBatch> batches,
            LongConsumer progress) {
        JudgementFile file = JudgementFile.open(
                folder.resolve(name + ".jsonl"), "%s, judges %s".formatted(subject, panel.fingerprint()));
        Set<Key> done = new HashSet<>();
        file.read().forEach(judgement -> done.add(Key.of(judgement)));
        Set<Key> wanted = new HashSet<>();
        batches.forEach(some -> wanted.addAll(keys(some)));
        long left = wanted.stream().filter(key -> !done.contains(key)).count();
        for (PromptBatch some : batches) {
            // Whole batches again, so that a picture is always drawn beside the same others.
            if (!done.containsAll(keys(some))) {
                List<Judgement> missing = draw(drawing, some).stream()
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

    private List<Judgement> draw(Drawing drawing, PromptBatch some) {
        long begin = System.nanoTime();
        List<Image> images = drawing.generator().draw(some);
        double milliseconds = (System.nanoTime() - begin) / 1e6 / images.size();
        List<Judgement> judgements = panel.judge(images, some, milliseconds);
        return drawing.teacher()
                .map(teacher -> compared(judgements, Trajectory.errors(images, teacher.draw(some))))
                .orElse(judgements);
    }

    private static List<Judgement> compared(List<Judgement> judgements, List<Double> errors) {
        return IntStream.range(0, errors.size())
                .mapToObj(i -> judgements.get(i).withTrajectory(errors.get(i)))
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

    private List<PromptBatch> repeatedly() {
        List<PromptBatch> batches = new ArrayList<>(once(prompts));
        List<TestPrompt> first = prompts.subList(0, Math.min(repeated, prompts.size()));
        for (int repetition = 1; repetition < REPETITIONS; repetition++) {
            batches.addAll(PromptBatch.of(first, repetition, batch, seed));
        }
        return batches;
    }
}
