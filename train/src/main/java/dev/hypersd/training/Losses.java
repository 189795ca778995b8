package dev.hypersd.training;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The losses of one micro-batch.
 *
 * @param terms the terms whose weighted sum is minimised, in the order in which they are reported
 */
public record Losses(List<Term> terms) {
    /** The name of the sum in reports. */
    static final String TOTAL = "loss";

    /**
     * One term.
     *
     * @param weight the weight in the sum; 0 reports a value without training on it
     * @param value a scalar, differentiable unless the weight is 0
     */
    public record Term(String name, double weight, Tensor value) {}

    public Losses {
        terms = List.copyOf(terms);
        if (terms.stream().allMatch(term -> term.weight() == 0)) {
            throw new IllegalArgumentException("a loss needs a term with a weight");
        }
    }

    /** Creates losses of a single term with weight 1. */
    public static Losses of(String name, Tensor value) {
        return of(new Term(name, 1, value));
    }

    /** Creates losses of the terms in this order. */
    public static Losses of(Term... terms) {
        return new Losses(List.of(terms));
    }

    /** Returns the weighted sum, a scalar. */
    Tensor total() {
        return terms.stream()
                .filter(term -> term.weight() != 0)
                .map(term -> term.value().mul(new Scalar(term.weight())))
                .reduce(Tensor::add)
                .orElseThrow();
    }

    /** Returns {@link #TOTAL}, then each term without its weight, as numbers. */
    Map<String, Double> values() {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put(TOTAL, total().item_double());
        terms.forEach(term -> values.put(term.name(), term.value().item_double()));
        return values;
    }
}
