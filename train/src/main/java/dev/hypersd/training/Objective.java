package dev.hypersd.training;

import dev.hypersd.data.Dataset;
import dev.hypersd.image.Image;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What to train: samples, those who learn from them, and what comes of it.
 *
 * @param <S> a sample: data in Java's memory, so that samples can be read ahead by any thread
 */
public interface Objective<S> extends AutoCloseable {
    /** What is learned from. */
    Dataset<S> samples();

    /** Samples that nothing learns from, to see what was learned. */
    default Optional<Dataset<S>> heldOut() {
        return Optional.empty();
    }

    /** Those who learn, in the order of their turns. The first one's loss on {@link #heldOut} tells how good the run is. */
    List<Learner<S>> learners();

    /** Pictures that show what the averaged weights can do, by name; empty if there is nothing to see. */
    default Map<String, Image> show() {
        return Map.of();
    }

    /** Writes what came of it, made of the averaged weights, into {@code folder}, which exists. */
    void publish(Path folder);

    /** Frees networks and files. */
    @Override
    void close();
}
