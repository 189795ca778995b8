package dev.hypersd.study;

/** The numbers of votes between each two of several methods: for the one, for the other, and for neither. */
final class PairCounts {
    private final int methods;
    private final int[] wins;
    private final int[] ties;

    /** Creates counts without any votes. */
    PairCounts(int methods) {
        this.methods = methods;
        this.wins = new int[methods * methods];
        this.ties = new int[methods * methods];
    }

    int methods() {
        return methods;
    }

    /** Returns how often method {@code i} was preferred to method {@code j}. */
    int wins(int i, int j) {
        return wins[i * methods + j];
    }

    /** Returns how often neither of the two was preferred. */
    int ties(int i, int j) {
        return ties[i * methods + j];
    }

    int votes(int i, int j) {
        return wins(i, j) + wins(j, i) + ties(i, j);
    }

    void addWin(int winner, int loser) {
        wins[winner * methods + loser]++;
    }

    void addTie(int i, int j) {
        ties[i * methods + j]++;
        ties[j * methods + i]++;
    }
}
