package dev.hypersd.study;

import dev.hypersd.file.Fingerprint;
import dev.hypersd.study.Study.Matchup;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/**
 * The order in which one rater sees the pairs of a study. It is computed from the study and the rater's id alone, and
 * differs between raters.
 *
 * <p>The order is balanced, however early the rater stops. It consists of rounds. A round contains every pair of
 * methods once, in a new order, and each with another prompt if there are enough prompts; the next round contains them
 * with their sides exchanged. After as many rounds as there are combinations of prompt and seed, each pair of pictures
 * was seen exactly once.
 */
public final class RaterOrder {
    private final Study study;
    private final List<Matchup> matchups;
    private final long seed;

    /** The prompts with their seeds, in the order in which the rounds go through them. */
    private final int[] items;

    /** For each matchup, how many places its item in {@link #items} is after that of the round. */
    private final int[] ahead;

    private final boolean[] exchanged;

    /**
     * Creates the order.
     *
     * @param fingerprint the fingerprint of the study
     * @param rater the id of the rater
     */
    RaterOrder(Study study, String fingerprint, String rater) {
        this.study = study;
        this.matchups = study.matchups();
        this.seed = Long.parseUnsignedLong(
                new Fingerprint().add(fingerprint).add(rater).digits(16), 16);
        Random random = new Random(seed);
        int count = study.prompts().size() * study.seeds().size();
        this.items = shuffled(count, random);
        int[] distances = shuffled(count, random);
        this.ahead = new int[matchups.size()];
        this.exchanged = new boolean[matchups.size()];
        for (int i = 0; i < ahead.length; i++) {
            ahead[i] = distances[i % count];
            exchanged[i] = random.nextBoolean();
        }
    }

    /** Returns the numbers 0 to {@code count - 1} in a random order (Fisher and Yates). */
    private static int[] shuffled(int count, Random random) {
        int[] numbers = new int[count];
        Arrays.setAll(numbers, i -> i);
        for (int i = count - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int kept = numbers[i];
            numbers[i] = numbers[other];
            numbers[other] = kept;
        }
        return numbers;
    }

    /** Returns pair number {@code number} of this rater, from 0 to one less than {@link Study#pairs()}. */
    public Pair pair(int number) {
        int round = Objects.checkIndex(number, study.pairs()) / matchups.size();
        int[] order = shuffled(matchups.size(), new Random(seed + round + 1));
        int place = order[number % matchups.size()];
        int item = items[(round + ahead[place]) % items.length];
        Matchup matchup = matchups.get(place);
        boolean isExchanged = exchanged[place] == (round % 2 == 0);
        return new Pair(
                item / study.seeds().size(),
                study.seeds().get(item % study.seeds().size()),
                isExchanged ? matchup.other() : matchup.one(),
                isExchanged ? matchup.one() : matchup.other());
    }
}
