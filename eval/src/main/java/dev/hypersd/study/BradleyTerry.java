package dev.hypersd.study;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The model of Bradley and Terry (1952) for paired comparisons, with ties as in Davidson (1970). If two methods have
 * the scores {@code a} and {@code b}, then the probabilities that the first is preferred, that the second is preferred,
 * and that neither is, are in the proportion
 *
 * <pre>{@code
 * exp(a) : exp(b) : exp(d + (a + b) / 2)
 * }</pre>
 *
 * where {@code d} says how often raters decide for neither. It is a multinomial logit model, so its likelihood is
 * concave and Newton's method finds the maximum from anywhere.
 *
 * <p>Every score, and {@code d}, has a normal prior with mean 0 and standard deviation {@value #PRIOR}. The prior has
 * about the weight of half a vote. It keeps scores finite where a method wins or loses every vote, and makes their mean
 * 0.
 *
 * <p>The standard error of a score is the larger of two. The first follows from the Fisher information and is right if
 * all votes are independent. The second is right even if votes on the same prompt resemble each other: it is computed
 * from how much the prompts differ (the sandwich estimator of Liang and Zeger, 1986). But it is 0 where all votes
 * agree.
 */
public final class BradleyTerry {
    private static final double PRIOR = 3;
    private static final int MOST_STEPS = 200;
    private static final double SMALLEST_STEP = 1e-10;

    private final List<PairCounts> prompts;
    private final int methods;
    private final boolean hasTies;

    /** The scores, followed by {@code d} if there are ties. */
    private final double[] values;

    private double[] gradient;
    private double[][] information;

    private BradleyTerry(List<PairCounts> prompts, int methods, boolean hasTies) {
        this.prompts = prompts;
        this.methods = methods;
        this.hasTies = hasTies;
        this.values = new double[methods + (hasTies ? 1 : 0)];
        this.gradient = new double[values.length];
        this.information = new double[values.length][values.length];
    }

    /**
     * A method's score.
     *
     * @param value the logarithm of its strength; the mean over all methods is 0. A difference of 1 between two methods
     *     means that the better one wins {@code e} times as often as the other
     * @param interval the 95% interval of the value
     */
    public record Score(double value, Interval interval) {}

    /**
     * Returns the scores that fit votes best.
     *
     * @param prompts the votes on each prompt
     * @param methods how many methods there are
     * @param hasTies whether raters could decide for neither
     */
    static List<Score> fit(List<PairCounts> prompts, int methods, boolean hasTies) {
        BradleyTerry model = new BradleyTerry(prompts, methods, hasTies);
        model.maximise();
        return model.scores();
    }

    private void maximise() {
        for (int step = 0; step < MOST_STEPS; step++) {
            derive();
            double[] direction = Cholesky.of(information).solve(gradient);
            double before = logPosterior();
            double[] from = values.clone();
            double share = 1;
            do {
                for (int i = 0; i < values.length; i++) {
                    values[i] = from[i] + share * direction[i];
                }
                share /= 2;
            } while (logPosterior() < before && share > SMALLEST_STEP);
            if (Arrays.stream(direction).map(Math::abs).max().orElse(0) < SMALLEST_STEP) {
                break;
            }
        }
        derive();
    }

    private double logPosterior() {
        double sum = 0;
        for (double value : values) {
            sum -= value * value / (2 * PRIOR * PRIOR);
        }
        for (PairCounts votes : prompts) {
            for (int i = 0; i < methods; i++) {
                for (int j = i + 1; j < methods; j++) {
                    if (votes.votes(i, j) > 0) {
                        double[] chances = chances(i, j);
                        sum += times(votes.wins(i, j), chances[0])
                                + times(votes.wins(j, i), chances[1])
                                + times(votes.ties(i, j), chances[2]);
                    }
                }
            }
        }
        return sum;
    }

    private static double times(int count, double chance) {
        return count == 0 ? 0 : count * Math.log(chance);
    }

    /** Returns the probabilities that the first is preferred, that the second is, and that neither is. */
    private double[] chances(int i, int j) {
        double half = (values[i] - values[j]) / 2;
        double tie = hasTies ? values[methods] : Double.NEGATIVE_INFINITY;
        double largest = Math.max(Math.abs(half), tie);
        double first = Math.exp(half - largest);
        double second = Math.exp(-half - largest);
        double neither = Math.exp(tie - largest);
        double sum = first + second + neither;
        return new double[] {first / sum, second / sum, neither / sum};
    }

    /** Computes gradient and information of the logarithm of the posterior. */
    private void derive() {
        gradient = Arrays.stream(values).map(value -> -value / (PRIOR * PRIOR)).toArray();
        information = new double[values.length][values.length];
        for (int i = 0; i < values.length; i++) {
            information[i][i] = 1 / (PRIOR * PRIOR);
        }
        for (PairCounts votes : prompts) {
            double[] here = gradient(votes);
            Arrays.setAll(gradient, i -> gradient[i] + here[i]);
            addInformation(votes);
        }
    }

    /** Returns the gradient of the logarithm of the likelihood of the votes on one prompt. */
    private double[] gradient(PairCounts votes) {
        double[] slope = new double[values.length];
        for (int i = 0; i < methods; i++) {
            for (int j = i + 1; j < methods; j++) {
                int count = votes.votes(i, j);
                if (count > 0) {
                    double[] chances = chances(i, j);
                    double surplus = (votes.wins(i, j) - votes.wins(j, i) - count * (chances[0] - chances[1])) / 2;
                    slope[i] += surplus;
                    slope[j] -= surplus;
                    if (hasTies) {
                        slope[methods] += votes.ties(i, j) - count * chances[2];
                    }
                }
            }
        }
        return slope;
    }

    /**
     * Adds the Fisher information of the votes on one prompt. Only the difference of two scores matters: each outcome
     * adds to the exponent {@code 1/2}, {@code -1/2} or 0 times the difference, and {@code d} for a tie.
     */
    private void addInformation(PairCounts votes) {
        for (int i = 0; i < methods; i++) {
            for (int j = i + 1; j < methods; j++) {
                int count = votes.votes(i, j);
                if (count > 0) {
                    double[] chances = chances(i, j);
                    double difference = chances[0] - chances[1];
                    double variance = count * (chances[0] + chances[1] - difference * difference) / 4;
                    information[i][i] += variance;
                    information[j][j] += variance;
                    information[i][j] -= variance;
                    information[j][i] -= variance;
                    if (hasTies) {
                        double covariance = -count * chances[2] * difference / 2;
                        information[i][methods] += covariance;
                        information[methods][i] += covariance;
                        information[j][methods] -= covariance;
                        information[methods][j] -= covariance;
                        information[methods][methods] += count * chances[2] * (1 - chances[2]);
                    }
                }
            }
        }
    }

    private List<Score> scores() {
        Cholesky root = Cholesky.of(information);
        List<double[]> gradients = prompts.stream().map(this::gradient).toList();
        return IntStream.range(0, methods)
                .mapToObj(i -> new Score(values[i], Interval.around(values[i], error(i, root, gradients))))
                .toList();
    }

    /** Returns the standard error of a score's distance to the mean of all. */
    private double error(int method, Cholesky root, List<double[]> gradients) {
        double[] contrast = new double[values.length];
        Arrays.fill(contrast, 0, methods, -1.0 / methods);
        contrast[method] += 1;
        double[] influence = root.solve(contrast);
        double independent = dot(contrast, influence);
        int count = gradients.size();
        double clustered = count < 2
                ? 0
                : gradients.stream()
                                .mapToDouble(gradient -> Math.pow(dot(influence, gradient), 2))
                                .sum()
                        * count
                        / (count - 1);
        return Math.sqrt(Math.max(independent, clustered));
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
