package dev.hypersd.training;

import dev.hypersd.image.Image;
import java.util.Map;

/** Is told what happens in a run, on the thread that computes, so it must return quickly. */
public interface TrainingListener {
    /** Before the run: so many of {@code total} pictures or captions have been encoded, which is done once. */
    default void encoded(long done, long total) {}

    /**
     * The run begins, or goes on.
     *
     * @param done steps that were done before
     * @param steps the number of steps of the whole run
     */
    default void started(long done, long steps) {}

    /** A step was done. */
    default void step(StepReport report) {}

    /** Something was measured after {@code step}, by name. */
    default void measured(long step, Map<String, Double> values) {}

    /** Pictures that were drawn after {@code step}, by name. */
    default void drew(long step, Map<String, Image> pictures) {}

    /** The state after {@code step} is safe on disk. */
    default void saved(long step) {}

    /** The run has ended, whether it reached its last step or was stopped. */
    default void ended(long step) {}

    /**
     * What happened in one step.
     *
     * @param step counted from 1
     * @param values losses by {@code learner/term}, gradient norms by {@code learner/norm}, learning rates by
     *     {@code learner/rate}
     * @param loss the first learner's total, the one number to look at
     * @param samples that were learned from
     * @param seconds that it took
     */
    record StepReport(long step, Map<String, Double> values, double loss, long samples, double seconds) {
        public StepReport {
            values = Map.copyOf(values);
        }
    }
}
