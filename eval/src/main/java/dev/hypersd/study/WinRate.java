package dev.hypersd.study;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The votes for and against a method.
 *
 * @param wins votes for it
 * @param ties votes for neither
 * @param losses votes against it
 * @param rate the wins and half of the ties, as a share of all votes; NaN without votes
 * @param interval the 95% interval of the rate; 0 to 1 without votes
 */
public record WinRate(int wins, int ties, int losses, double rate, Interval interval) {
    /** Returns how many votes there are. */
    public int votes() {
        return wins + ties + losses;
    }

    /**
     * Returns the rate of method {@code i} against method {@code j}.
     *
     * <p>The interval is Wilson's. A tie counts as half a win, which makes it a little too wide. Votes on the same
     * prompt resemble each other and are worth less than as many independent votes. If they vary more between prompts
     * than independent votes would, the interval is that of fewer votes (Kish's design effect, 1965).
     *
     * @param prompts the votes on each prompt
     */
    static WinRate of(List<PairCounts> prompts, int i, int j) {
        return of(
                prompts.stream().mapToInt(votes -> votes.wins(i, j)).toArray(),
                prompts.stream().mapToInt(votes -> votes.ties(i, j)).toArray(),
                prompts.stream().mapToInt(votes -> votes.wins(j, i)).toArray());
    }

    /** Returns the rate of method {@code i} against all others together. */
    static WinRate of(List<PairCounts> prompts, int i) {
        return of(
                sums(prompts, (votes, j) -> votes.wins(i, j)),
                sums(prompts, (votes, j) -> votes.ties(i, j)),
                sums(prompts, (votes, j) -> votes.wins(j, i)));
    }

    private interface Count {
        int of(PairCounts votes, int other);
    }

    private static int[] sums(List<PairCounts> prompts, Count count) {
        return prompts.stream()
                .mapToInt(votes -> IntStream.range(0, votes.methods())
                        .map(other -> count.of(votes, other))
                        .sum())
                .toArray();
    }

    private static WinRate of(int[] wins, int[] ties, int[] losses) {
        int won = IntStream.of(wins).sum();
        int tied = IntStream.of(ties).sum();
        int lost = IntStream.of(losses).sum();
        double votes = won + tied + lost;
        if (votes == 0) {
            return new WinRate(0, 0, 0, Double.NaN, new Interval(0, 1));
        }
        double rate = (won + tied / 2.0) / votes;
        int prompts = 0;
        double squares = 0;
        for (int i = 0; i < wins.length; i++) {
            int here = wins[i] + ties[i] + losses[i];
            if (here > 0) {
                double deviation = wins[i] + ties[i] / 2.0 - rate * here;
                squares += deviation * deviation;
                prompts++;
            }
        }
        double independent = rate * (1 - rate) * votes;
        double effect = prompts < 2 || independent == 0 ? 1 : squares * prompts / (prompts - 1) / independent;
        return new WinRate(won, tied, lost, rate, Interval.wilson(rate, votes / Math.max(1, effect)));
    }
}
