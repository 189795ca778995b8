package dev.hypersd.bulk;

import dev.hypersd.bulk.Outcome.Failure;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import dev.hypersd.request.PromptFile;
import dev.hypersd.request.Seeds;
import java.util.ArrayList;
import java.util.List;

/**
 * The pictures that a file of prompts asks for, numbered in the order of the file. A prompt without a seed of its own
 * takes the seed of the run plus the number of its first picture, so that pictures depend neither on the batch in which
 * they are drawn nor on the order.
 *
 * @param pictures the pictures that can be asked for
 * @param failures the prompts that cannot be read; each counts as as many pictures as a prompt that asks for no number
 * @param total how many pictures both are together
 */
public record PictureList(List<Wanted> pictures, List<Failure> failures, long total) {
    /**
     * A picture that a file of prompts asks for.
     *
     * @param number its place among all pictures of the file, from 0
     * @param row the place of its prompt in the file, from 1
     * @param options everything that is asked of it, with its own seed; it is one picture
     */
    public record Wanted(long number, long row, GenerationOptions options) {}

    /** More would not be kept apart by the eight digits of their names. */
    private static final long MOST = 10_000_000;

    public PictureList {
        pictures = List.copyOf(pictures);
        failures = List.copyOf(failures);
    }

    /**
     * Lists the pictures of {@code file}.
     *
     * @param run the options that all pictures share, where the file sets no others
     * @throws InvalidFileException if there are more than ten million
     */
    public static PictureList of(PromptFile file, GenerationOptions run) {
        List<Wanted> pictures = new ArrayList<>();
        List<Failure> failures = new ArrayList<>();
        long seed = run.get(Option.SEED).orElse(0L);
        int usual = run.get(Option.COUNT).orElse(1);
        long number = 0;
        long row = 0;
        for (PromptFile.Row each : file.rows()) {
            row++;
            switch (each) {
                case PromptFile.Rejected rejected -> {
                    failures.add(new Failure(number, row, "", rejected.sentence()));
                    number += usual;
                }
                case PromptFile.Entry entry -> {
                    GenerationOptions options = entry.options().over(run);
                    int count = options.get(Option.COUNT).orElse(1);
                    long first = entry.options().get(Option.SEED).orElse(seed + number);
                    try {
                        requireCount(file, number, count);
                        Seeds.checkRow(first, count);
                        for (int i = 0; i < count; i++) {
                            pictures.add(new Wanted(number + i, row, one(options, first + i)));
                        }
                    } catch (InvalidRequestException e) {
                        failures.add(Failure.of(new Wanted(number, row, options), e));
                    }
                    number += Math.max(count, 1);
                }
            }
        }
        return new PictureList(pictures, failures, number);
    }

    private static GenerationOptions one(GenerationOptions options, long seed) {
        return options.toBuilder().seed(seed).unset(Option.COUNT).build();
    }

    private static void requireCount(PromptFile file, long number, int count) {
        if (count < 1) {
            throw new InvalidRequestException("%s must be at least 1, not %d".formatted(Option.COUNT, count));
        }
        if (number + count > MOST) {
            throw new InvalidFileException(file.path(), "asks for more than %d pictures".formatted(MOST));
        }
    }
}
