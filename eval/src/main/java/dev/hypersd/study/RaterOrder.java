package dev.hypersd.study;

import dev.hypersd.file.Fingerprint;
import dev.hypersd.study.Study.Matchup;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/**
 * The order in which one rater sees the pairs of a study. It follows from the study and the rater's id alone, and
 * differs between raters.
 *
 * <p>It is balanced however early the rater stops. Pairs come in rounds, and each round shows every two methods that
 * meet once, in a new order and each on another prompt where there are enough of them; the next round shows them with
 * their sides exchanged. After as many rounds as there are prompts and seeds, each pair was seen exactly once.
 */
public final class RaterOrder {
    private final Study study;
    private final List<Matchup> matchups;
    private final long seed;

    /** The prompts with their seeds, in the order in which the rounds go through them. */
    private final int[] items;

    /** For each matchup how far ahead of the round it is in {@link #items}. */
    private final int[] ahead;

    private final boolean[] exchanged;

    /** @param fingerprint that of the study */
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

    /** Returns the numbers 0 to {@code count - 1} in any order (Fisher and Yates). */
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
