package dev.hypersd.evaluation;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;

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
 */
public record Evaluation(Panel panel, List<TestPrompt> prompts, int repeated, int batch, long seed) {
    /** Pictures of a prompt that is drawn several times. */
    private static final int REPETITIONS = 4;

    public Evaluation {
        prompts = List.copyOf(prompts);
    }

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
        List<Judgement> others = judged("others", "others", Generator.data(), folder, once(more), progress);
        List<Judgement> data = judged("data", "data", Generator.data(), folder, repeatedly(), progress);
        List<Judgement> given = judged(
                "autoencoder",
                "autoencoder of " + name,
                Generator.data().then(autoencoder),
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
        List<Judgement> model =
                judged("model", "%s, seed %d".formatted(subject, seed), generator, folder, repeatedly(), progress);
        return Figures.of(prompts, model, references.others());
    }

    private static void make(Path folder) {
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
            Generator generator,
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
                List<Judgement> missing = draw(generator, some).stream()
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

    private List<Judgement> draw(Generator generator, PromptBatch some) {
        long begin = System.nanoTime();
        List<Image> images = generator.draw(some);
        double milliseconds = (System.nanoTime() - begin) / 1e6 / images.size();
        return panel.judge(images, some, milliseconds);
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
