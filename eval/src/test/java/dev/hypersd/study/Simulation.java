package dev.hypersd.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;

/** Raters who vote as Davidson's model says. */
final class Simulation {
    private final double[] scores;
    private final double tie;
    private final Random random;

    /**
     * @param scores of the methods, with mean 0
     * @param tie the parameter {@code d}; negative infinity for no ties
     */
    Simulation(double[] scores, double tie, long seed) {
        this.scores = scores.clone();
        this.tie = tie;
        this.random = new Random(seed);
    }

    /**
     * Votes on some prompts: so many on each two methods of each.
     *
     * @param spread the standard deviation by which a method's score differs from prompt to prompt
     */
    List<PairCounts> vote(int prompts, int votes, double spread) {
        List<PairCounts> all = new ArrayList<>();
        for (int prompt = 0; prompt < prompts; prompt++) {
            double[] here = scores.clone();
            for (int i = 0; i < here.length; i++) {
                here[i] += spread * random.nextGaussian();
            }
            PairCounts counts = new PairCounts(here.length);
            for (int i = 0; i < here.length; i++) {
                for (int j = i + 1; j < here.length; j++) {
                    for (int vote = 0; vote < votes; vote++) {
                        add(counts, i, j, here);
                    }
                }
            }
            all.add(counts);
        }
        return all;
    }

    private void add(PairCounts counts, int i, int j, double[] here) {
        double first = Math.exp(here[i]);
        double second = Math.exp(here[j]);
        double neither = Math.exp(tie + (here[i] + here[j]) / 2);
        double drawn = random.nextDouble() * (first + second + neither);
        if (drawn < first) {
            counts.addWin(i, j);
        } else if (drawn < first + second) {
            counts.addWin(j, i);
        } else {
            counts.addTie(i, j);
        }
    }

    /** In how many of {@code studies} intervals hold a value. */
    static double coverage(int studies, IntToDoubleFunction share) {
        double sum = 0;
        for (int study = 0; study < studies; study++) {
            sum += share.applyAsDouble(study);
        }
        return sum / studies;
    }
}
