package dev.hypersd.serve.registry;

import dev.hypersd.model.ModelSource;
import java.util.OptionalInt;

/**
 * A model as a server loads it: in one way for all pictures, or in two, one of them fast and one exact.
 *
 * @param fast how it is loaded for pictures that soon change
 * @param fastThreads how many threads an operation uses for those; empty for as many as the engine is set to
 * @param exact how it is loaded for pictures that stay, which are those of {@code hypersd generate}
 */
public record ServedModel(ModelSource fast, OptionalInt fastThreads, ModelSource exact) {
    /** Creates a model that is loaded in one way for all pictures. */
    public static ServedModel of(ModelSource source) {
        return new ServedModel(source, OptionalInt.empty(), source);
    }

    /** Returns whether fast pictures are drawn in another way than those that stay. */
    public boolean hasFast() {
        return !equals(of(exact));
    }

    /** Returns how the model is loaded for pictures of {@code quality}. */
    public ModelSource source(Quality quality) {
        return quality == Quality.FINAL ? exact : fast;
    }

    /** Returns how many threads an operation uses for pictures of {@code quality}, if not as many as usual. */
    public OptionalInt threads(Quality quality) {
        return quality == Quality.FINAL ? OptionalInt.empty() : fastThreads;
    }
}
