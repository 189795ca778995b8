package dev.hypersd.training;

import dev.hypersd.data.Dataset;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.TrainingListener.StepReport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.bytedeco.pytorch.Tensor;

/**
 * The training loop.
 *
 * <p>All random numbers and the choice of samples follow from the seed and the step, and a checkpoint holds all
 * weights, averages and moments: a run that was interrupted at any time and is resumed from its last checkpoint reaches
 * the same weights, bit for bit, as one that was not.
 */
public final class Trainer<S> implements AutoCloseable {
    private static final String STEP = "step";
    private static final String BEST = "best";
    private static final String WORSE = "worse";

    private final Objective<S> objective;
    private final TrainingSettings settings;
    private final Checkpoints checkpoints;
    private final List<TrainingListener> listeners;
    private final Ranks ranks;
    private final TensorArena arena = new TensorArena();
    private final Prefetcher<S> samples;
    private final List<LearnerStep<S>> learnerSteps;
    private long step;
    private double best = Double.POSITIVE_INFINITY;
    /** The number of validations since the best one. */
    private int worse;

    private volatile boolean stopping;

    /** Creates a trainer that trains alone. */
    public Trainer(
            Objective<S> objective,
            TrainingSettings settings,
            Checkpoints checkpoints,
            List<TrainingListener> listeners) {
        this(objective, settings, checkpoints, listeners, Ranks.ALONE);
    }

    /**
     * Creates a trainer that is one of several.
     *
     * @param checkpoints at a path that all ranks see; the first one writes them
     * @throws InvalidRequestException if the micro-batches of an update cannot be divided equally
     */
    public Trainer(
            Objective<S> objective,
            TrainingSettings settings,
            Checkpoints checkpoints,
            List<TrainingListener> listeners,
            Ranks ranks) {
        settings.requireShared(ranks.count());
        this.objective = objective;
        this.settings = settings;
        this.checkpoints = checkpoints;
        this.listeners = List.copyOf(listeners);
        this.ranks = ranks;
        this.samples = new Prefetcher<>(objective.samples(), settings.batch(), settings.seed(), ranks.count());
        this.learnerSteps = Engine.call(() -> LearnerStep.of(objective.learners(), settings, ranks, arena));
    }

    /**
     * Continues from the newest checkpoint, if there is one; or from the best, if the run ended because validations no
     * longer improved.
     *
     * @throws dev.hypersd.error.InvalidFileException if it is of another recipe
     */
    public void resume() {
        OptionalLong latest = checkpoints.latest();
        if (latest.isPresent()) {
            Map<String, String> metadata = checkpoints.restore(latest.getAsLong(), state());
            step = latest.getAsLong();
            best = Double.parseDouble(metadata.getOrDefault(BEST, "Infinity"));
            worse = Integer.parseInt(metadata.getOrDefault(WORSE, "0"));
            settle();
        }
    }

    /** Makes the run end after the present step, with a checkpoint. Any thread may call this. */
    public void stop() {
        stopping = true;
    }

    /**
     * Trains until the last step, until validations have not improved for too long, or until {@link #stop}.
     *
     * @return whether the run is complete
     * @throws DivergedException if a loss or a gradient is no longer finite
     */
    public boolean run() {
        listeners.forEach(listener -> listener.started(step, settings.steps()));
        while (!isDone() && !stopping) {
            step++;
            StepReport report = Engine.call(this::learn);
            listeners.forEach(listener -> listener.step(report));
            atIntervals();
        }
        save();
        settle();
        listeners.forEach(listener -> listener.ended(step));
        return isDone();
    }

    private boolean isDone() {
        return step >= settings.steps() || isImpatient();
    }

    private boolean isImpatient() {
        return settings.patience() > 0 && worse >= settings.patience();
    }

    /** Restores the best checkpoint, if the run ended because validations no longer improved. */
    private void settle() {
        if (isImpatient()) {
            ranks.await();
            checkpoints.restoreBest(state());
        }
    }

    private StepReport learn() {
        long begin = System.nanoTime();
        Map<String, Double> values = new LinkedHashMap<>();
        long position = (step - 1)
                * learnerSteps.stream().mapToLong(LearnerStep::batches).sum();
        long consumed = 0;
        for (int i = 0; i < learnerSteps.size(); i++) {
            LearnerStep<S> learner = learnerSteps.get(i);
            learner.learn(samples, position + consumed, step, i, values);
            consumed += learner.batches();
        }
        requireFinite(values);
        return new StepReport(
                step,
                values,
                number(values, main().loss()),
                consumed * settings.batch(),
                (System.nanoTime() - begin) / 1e9);
    }

    private void atIntervals() {
        TrainingSettings.Intervals intervals = settings.intervals();
        boolean better = due(intervals.validation()) && validate();
        if (due(intervals.checkpoint()) || better) {
            save();
            if (better && ranks.isFirst()) {
                checkpoints.best(step);
            }
        }
        if (due(intervals.show()) && ranks.isFirst()) {
            var pictures = objective.show();
            listeners.forEach(listener -> listener.drew(step, pictures));
        }
    }

    private boolean due(long interval) {
        return interval > 0 && step % interval == 0;
    }

    /**
     * Measures the loss on held-out samples, always the same ones with the same noise, and what the objective measures
     * in addition, and returns whether this is the best validation so far.
     */
    private boolean validate() {
        return objective.heldOut().map(this::validate).orElse(false);
    }

    private boolean validate(Dataset<S> heldOut) {
        Map<String, Double> values = new LinkedHashMap<>(Engine.call(() -> main().validate(heldOut, step)));
        Optional<Measurement.Result> measured =
                objective.measurement().map(measurement -> Engine.infer(measurement::measure));
        measured.ifPresent(result -> values.putAll(result.values()));
        listeners.forEach(listener -> listener.measured(step, values));
        double badness =
                measured.map(Measurement.Result::badness).orElseGet(() -> number(values, main().heldOutLoss()));
        boolean better = badness < best;
        best = Math.min(badness, best);
        worse = better ? 0 : worse + 1;
        return better;
    }

    /** Returns the learner that the run is for. */
    private LearnerStep<S> main() {
        return learnerSteps.getLast();
    }

    private void save() {
        if (!ranks.isFirst() || checkpoints.latest().orElse(0) == step) {
            return;
        }
        Engine.infer(() -> {
            checkpoints.save(step, state(), metadata());
            return step;
        });
        listeners.forEach(listener -> listener.saved(step));
    }

    private Map<String, String> metadata() {
        return Map.of(STEP, Long.toString(step), BEST, Double.toString(best), WORSE, Integer.toString(worse));
    }

    private Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        learnerSteps.forEach(learner ->
                learner.state().forEach((name, tensor) -> state.put(learner.name() + "/" + name, tensor)));
        state.putAll(objective.state());
        return state;
    }

    private static double number(Map<String, Double> values, String name) {
        return values.getOrDefault(name, Double.NaN);
    }

    private void requireFinite(Map<String, Double> values) {
        values.forEach((name, value) -> {
            if (!Double.isFinite(value)) {
                throw new DivergedException(
                        "%s is %s in step %d: the run has diverged; lower the learning rate and continue from %s"
                                .formatted(name, value, step, lastGood()));
            }
        });
    }

    private String lastGood() {
        OptionalLong latest = checkpoints.latest();
        return latest.isPresent()
                ? checkpoints.file(latest.getAsLong()).toString()
                : "the beginning, since there is no checkpoint yet";
    }

    @Override
    public void close() {
        samples.close();
        Engine.call(() -> {
            arena.close();
            return arena;
        });
    }
}
