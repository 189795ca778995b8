package dev.hypersd.training;

import dev.hypersd.data.Dataset;
import dev.hypersd.image.Image;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * A training objective: the samples, the learners, and the result.
 *
 * @param <S> a sample: data in Java's memory, so that any thread can read samples ahead
 */
public interface Objective<S> extends AutoCloseable {
    /** Returns the training samples. */
    Dataset<S> samples();

    /** Returns held-out samples, on which losses are measured only. */
    default Optional<Dataset<S>> heldOut() {
        return Optional.empty();
    }

    /**
     * Returns the learners, in the order of their updates. The last one is what the run is for: its loss on
     * {@link #heldOut} measures the run.
     */
    List<Learner<S>> learners();

    /** Returns the tensors that a checkpoint holds in addition to those of the learners, by name: running averages. */
    default Map<String, Tensor> state() {
        return Map.of();
    }

    /** Returns what is measured at each validation in addition to the held-out loss, if there is something. */
    default Optional<Measurement> measurement() {
        return Optional.empty();
    }

    /** Returns the memory in bytes that a sample takes in a training step, at least; 0 if that is not known. */
    default double memoryOfSample(boolean gradientCheckpointing) {
        return 0;
    }

    /** Returns sample pictures of the averaged weights, by name; empty if there are none. */
    default Map<String, Image> show() {
        return Map.of();
    }

    /** Writes the result, with the averaged weights, to {@code folder}, which exists. */
    void publish(Path folder);

    /** Frees networks and files. */
    @Override
    void close();
}
