package dev.hypersd.training;

import dev.hypersd.image.Image;
import java.util.Map;

/** Receives the events of a run, on the thread that trains, so it must return quickly. */
public interface TrainingListener {
    /** Receives the progress of encoding pictures or captions, once before the run. */
    default void encoded(long done, long total) {}

    /**
     * Reports that the run begins or continues.
     *
     * @param done the number of steps that were completed before
     * @param steps the number of steps of the whole run
     */
    default void started(long done, long steps) {}

    /** Receives each completed step. */
    default void step(StepReport report) {}

    /** Receives numbers that were measured after {@code step}, by name. */
    default void measured(long step, Map<String, Double> values) {}

    /** Receives sample pictures that were drawn after {@code step}, by name. */
    default void drew(long step, Map<String, Image> pictures) {}

    /** Reports that the checkpoint after {@code step} is on disk. */
    default void saved(long step) {}

    /** Reports that the run has ended, after its last step or because it was stopped. */
    default void ended(long step) {}

    /**
     * The numbers of one step.
     *
     * @param step the number of the step, from 1
     * @param values losses by {@code learner/term}, gradient norms by {@code learner/norm}, learning rates by
     *     {@code learner/rate}
     * @param loss the total loss of the learner that the run is for
     * @param samples the number of samples
     * @param seconds the duration of the step
     */
    record StepReport(long step, Map<String, Double> values, double loss, long samples, double seconds) {
        public StepReport {
            values = Map.copyOf(values);
        }
    }
}
