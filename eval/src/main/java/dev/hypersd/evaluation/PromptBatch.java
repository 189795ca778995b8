package dev.hypersd.evaluation;

import java.util.ArrayList;
import java.util.List;

/**
 * Prompts that are drawn together.
 *
 * @param prompts prompts with consecutive numbers
 * @param repetition 0 for the pictures that count, more for others of the same prompts
 * @param seed the seed of the first picture; that of the next one is one more
 */
public record PromptBatch(List<TestPrompt> prompts, int repetition, long seed) {
    /** The difference between the seeds of two repetitions, more than there are test prompts. */
    private static final long APART = 10_000_000;

    public PromptBatch {
        prompts = List.copyOf(prompts);
        for (int i = 0; i < prompts.size(); i++) {
            if (prompts.get(i).number() != prompts.getFirst().number() + i) {
                throw new IllegalArgumentException("the prompts of a batch have numbers that follow each other");
            }
        }
    }

    /**
     * Returns all of {@code prompts} in batches that are always the same.
     *
     * @param most the greatest number of prompts of a batch
     * @param seed the seed of a picture is this, plus the number of its prompt, plus ten million for each repetition
     */
    static List<PromptBatch> of(List<TestPrompt> prompts, int repetition, int most, long seed) {
        List<PromptBatch> batches = new ArrayList<>();
        for (int first = 0; first < prompts.size(); first += most) {
            List<TestPrompt> some = prompts.subList(first, Math.min(first + most, prompts.size()));
            batches.add(new PromptBatch(some, repetition, seed + some.getFirst().number() + repetition * APART));
        }
        return batches;
    }
}
