package dev.hypersd.evaluation;

import dev.hypersd.evaluation.Judgement.Picture;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.request.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Prompts that are drawn together.
 *
 * @param prompts prompts with consecutive seeds
 * @param repetition 0 for the pictures that count, more for further pictures of the same prompts
 * @param seed the seed of the first picture; that of the next one is one more
 */
public record PromptBatch(List<TestPrompt> prompts, int repetition, long seed) {
    /** The difference between the seeds of two repetitions, more than there are test prompts. */
    private static final long APART = 10_000_000;

    public PromptBatch {
        prompts = List.copyOf(prompts);
        for (int i = 0; i < prompts.size(); i++) {
            if (prompts.get(i).seed() != prompts.getFirst().seed() + i) {
                throw new IllegalArgumentException("the prompts of a batch have seeds that follow each other");
            }
        }
    }

    /**
     * Divides {@code prompts} into batches, always in the same way. A batch ends where the prompts' own seeds are not
     * consecutive.
     *
     * @param most the greatest number of prompts in a batch
     * @param seed the seed of a picture is this, plus that of its prompt or else the prompt's number, plus ten million
     *     for each repetition
     */
    public static List<PromptBatch> of(List<TestPrompt> prompts, int repetition, int most, long seed) {
        List<PromptBatch> batches = new ArrayList<>();
        int first = 0;
        for (int end = 1; end <= prompts.size(); end++) {
            boolean isWhole = end - first == most
                    || end == prompts.size()
                    || prompts.get(end).seed() != prompts.get(end - 1).seed() + 1;
            if (isWhole) {
                List<TestPrompt> some = prompts.subList(first, end);
                batches.add(
                        new PromptBatch(some, repetition, seed + some.getFirst().seed() + repetition * APART));
                first = end;
            }
        }
        return batches;
    }

    /** Returns what tells picture {@code index} from all others of its source. */
    Picture picture(int index) {
        TestPrompt prompt = prompts.get(index);
        String digits = new Fingerprint()
                .add(prompt.options().toJson())
                .add(Seeds.text(seed + index))
                .digits();
        return new Picture(prompt.number(), repetition, digits);
    }

    /** Returns the same for all pictures. */
    List<Picture> pictures() {
        return IntStream.range(0, prompts.size()).mapToObj(this::picture).toList();
    }
}
