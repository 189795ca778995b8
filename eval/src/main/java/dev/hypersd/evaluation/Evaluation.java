package dev.hypersd.evaluation;

import dev.hypersd.error.HyperSdException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * Evaluates a model in a folder: {@code model.jsonl} has its judgements, {@code data.jsonl} those of the pictures that the prompts were written
 * for, {@code others.jsonl} those of as many other pictures, which both are compared with. What is there already is not done again.
 *
 * @param panel the judges
 * @param prompts what is drawn, one picture each
 * @param repeated how many of the first prompts are drawn several times, to see how different their pictures are
 * @param seed of all pictures
 */
public record Evaluation(Panel panel, List<TestPrompt> prompts, int repeated, long seed) {
    /** Pictures of a prompt that is drawn several times. */
    private static final int REPETITIONS = 4;

    public Evaluation {
        prompts = List.copyOf(prompts);
    }

    /** One picture to be drawn. */
    private record Task(TestPrompt prompt, int repetition) {}

    /**
     * Draws and judges what is missing, then counts.
     *
     * @param subject the model and all that decides its pictures
     * @param progress told how many pictures are left, after each
     * @throws dev.hypersd.error.InvalidRequestException if the folder has judgements of another subject
     */
    public Report of(String subject, Generator generator, Path folder, LongConsumer progress) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be made: " + e.getMessage(), e);
        }
        List<TestPrompt> others = TestPrompt.range(prompts.size(), prompts.size());
        List<Judgement> reference = judged("others", Generator.data(), folder, once(others), progress);
        List<Judgement> data = judged("data", Generator.data(), folder, once(prompts), progress);
        List<Judgement> model =
                judged("model", "%s, seed %d".formatted(subject, seed), generator, folder, repeatedly(), progress);
        return new Report(subject, Figures.of(prompts, model, reference), Figures.of(prompts, data, reference));
    }

    private List<Judgement> judged(
            String name, Generator generator, Path folder, List<Task> tasks, LongConsumer progress) {
        return judged(name, name, generator, folder, tasks, progress);
    }

    private List<Judgement> judged(
            String name, String subject, Generator generator, Path folder, List<Task> tasks, LongConsumer progress) {
        JudgementFile file = JudgementFile.open(
                folder.resolve(name + ".jsonl"), "%s, judges %s".formatted(subject, panel.fingerprint()));
        Set<List<Long>> done = new HashSet<>();
        file.read().forEach(judgement -> done.add(key(judgement.number(), judgement.repetition())));
        List<Task> missing = tasks.stream()
                .filter(task -> !done.contains(key(task.prompt.number(), task.repetition)))
                .toList();
        for (int i = 0; i < missing.size(); i++) {
            Task task = missing.get(i);
            file.append(panel.judge(generator.draw(task.prompt, seedOf(task)), task.prompt, task.repetition));
            progress.accept(missing.size() - i - 1L);
        }
        Set<List<Long>> wanted = new HashSet<>();
        tasks.forEach(task -> wanted.add(key(task.prompt.number(), task.repetition)));
        return file.read().stream()
                .filter(judgement -> wanted.contains(key(judgement.number(), judgement.repetition())))
                .toList();
    }

    private static List<Long> key(long number, long repetition) {
        return List.of(number, repetition);
    }

    private long seedOf(Task task) {
        return seed + task.prompt.number() * REPETITIONS + task.repetition;
    }

    private static List<Task> once(List<TestPrompt> prompts) {
        return prompts.stream().map(prompt -> new Task(prompt, 0)).toList();
    }

    private List<Task> repeatedly() {
        List<Task> tasks = new ArrayList<>(once(prompts));
        prompts.stream()
                .limit(repeated)
                .forEach(prompt -> IntStream.range(1, REPETITIONS)
                        .mapToObj(repetition -> new Task(prompt, repetition))
                        .forEach(tasks::add));
        return tasks;
    }
}
