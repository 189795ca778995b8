package dev.hypersd.training;

import dev.hypersd.data.BatchOrder;
import dev.hypersd.data.Dataset;
import dev.hypersd.nn.Adapters;
import dev.hypersd.nn.GradientCheckpointing;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The part of a training step that updates one learner: a number of updates, each from a number of micro-batches. */
final class LearnerStep<S> {
    /** The number of micro-batches in a validation. */
    private static final int VALIDATION_BATCHES = 4;

    private final Learner<S> learner;
    private final TrainingSettings settings;
    private final Ranks ranks;
    private final Optimiser optimiser;

    private LearnerStep(Learner<S> learner, TrainingSettings settings, Ranks ranks, TensorArena arena) {
        this.learner = learner;
        this.settings = settings;
        this.ranks = ranks;
        this.optimiser = Optimiser.of(learner.optimiser(), learner.weights(), arena);
    }

    static <S> List<LearnerStep<S>> of(
            List<Learner<S>> learners, TrainingSettings settings, Ranks ranks, TensorArena arena) {
        return learners.stream()
                .map(learner -> new LearnerStep<>(learner, settings, ranks, arena))
                .toList();
    }

    String name() {
        return learner.name();
    }

    /** Returns the number of micro-batches that a training step takes for this learner, on all ranks together. */
    long batches() {
        return (long) learner.updates() * settings.accumulate();
    }

    /**
     * Carries out all updates of a training step, with this rank's share of their micro-batches.
     *
     * @param position the number of the first micro-batch in the order
     * @param index the index of this learner
     * @param values receives the numbers to report, by name
     */
    void learn(Prefetcher<S> samples, long position, long step, int index, Map<String, Double> values) {
        renew(step);
        for (int done = 0; done < learner.updates(); done++) {
            long first = position + (long) done * settings.accumulate();
            learner.weights().gradients().all().zero_();
            Map<String, Double> terms = new LinkedHashMap<>();
            for (int micro = ranks.rank(); micro < settings.accumulate(); micro += ranks.count()) {
                List<S> batch = samples.take(first + micro);
                add(backward(batch, step, RandomSource.at(settings.seed(), step, index, done, micro)), terms);
            }
            ranks.sum(learner.weights().gradients().all());
            sum(terms).forEach((name, value) -> values.merge(name, value, Double::sum));
            update((step - 1) * learner.updates() + done + 1, step, values);
        }
    }

    /** Replaces the tensors that begin anew; the optimiser forgets their gradients. */
    private void renew(long step) {
        Gradients.off(() -> TensorScope.released(() -> {
            Map<String, Tensor> renewed = learner.renewal().before(step);
            renewed.forEach((name, value) -> {
                Tensor trained = learner.weights().values().get(name);
                trained.copy_(value);
                optimiser.forget(trained);
            });
            return renewed.size();
        }));
    }

    /**
     * Measures the losses on the first samples of {@code heldOut} with the averaged weights, always with the same
     * noise.
     *
     * @return the numbers to report, by name
     */
    Map<String, Double> validate(Dataset<S> heldOut, long step) {
        Map<String, Double> values = new LinkedHashMap<>();
        BatchOrder order = BatchOrder.inOrder(heldOut, settings.batch());
        try (NoGradGuard guard = new NoGradGuard()) {
            for (int i = 0; i < VALIDATION_BATCHES; i++) {
                List<S> batch = order.batch(i).stream()
                        .map(place -> heldOut.get(place.index()))
                        .toList();
                RandomSource random = RandomSource.at(settings.seed(), i);
                Map<String, Double> terms = TensorScope.released(() ->
                        losses(batch, step, random, learner.weights().average()).values());
                terms.forEach((name, value) -> values.merge(
                        "%s/held-out %s".formatted(name(), name), value / VALIDATION_BATCHES, Double::sum));
            }
        }
        return values;
    }

    /** Returns the name of the loss by which validations are compared. */
    String heldOutLoss() {
        return "%s/held-out %s".formatted(name(), Losses.TOTAL);
    }

    /** Returns the name of the loss that is minimised. */
    String loss() {
        return name() + "/" + Losses.TOTAL;
    }

    /** Returns the tensors of a checkpoint, by name. */
    Map<String, Tensor> state() {
        Map<String, Tensor> state = learner.weights().state();
        state.putAll(optimiser.state());
        return state;
    }

    private Map<String, Double> backward(List<S> batch, long step, RandomSource random) {
        Supplier<Losses> forward =
                () -> losses(batch, step, random, learner.weights().current());
        return TensorScope.released(() -> {
            try (GradientCheckpointing pass = new GradientCheckpointing()) {
                Losses losses = settings.gradientCheckpointing() ? pass.record(forward) : forward.get();
                pass.backward(losses.total().div(new Scalar(settings.accumulate())));
                return losses.values();
            }
        });
    }

    private Losses losses(List<S> batch, long step, RandomSource random, Adapters weights) {
        return weights.during(
                () -> settings.precision().during(() -> learner.loss().of(batch, step, random)));
    }

    private void add(Map<String, Double> terms, Map<String, Double> values) {
        int parts = learner.updates() * settings.accumulate();
        terms.forEach((name, value) -> values.merge(learner.name() + "/" + name, value / parts, Double::sum));
    }

    /** Returns the sums of numbers over all ranks, which have the same names. */
    private Map<String, Double> sum(Map<String, Double> terms) {
        if (ranks.count() == 1) {
            return terms;
        }
        float[] own = new float[terms.size()];
        int next = 0;
        for (double value : terms.values()) {
            own[next++] = (float) value;
        }
        List<Double> all = TensorScope.released(() -> {
            Tensor values = Tensors.of(own, own.length);
            ranks.sum(values);
            return Tensors.toList(values);
        });
        Map<String, Double> sums = new LinkedHashMap<>();
        terms.keySet().forEach(name -> sums.put(name, all.get(sums.size())));
        return sums;
    }

    private void update(long update, long step, Map<String, Double> values) {
        OptimiserSettings optimiserSettings = learner.optimiser();
        double rate = optimiserSettings.rate().at(step);
        try (NoGradGuard guard = new NoGradGuard()) {
            double norm = TensorScope.released(() -> learner.weights().clip(optimiserSettings.clip()));
            values.put(learner.name() + "/norm", norm);
            values.put(learner.name() + "/rate", rate);
            if (Double.isFinite(norm)) {
                optimiser.update(update, rate);
                learner.weights().updateAverage(update);
            }
        }
    }
}
