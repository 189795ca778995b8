package dev.hypersd.bulk;

import dev.hypersd.model.ModelSource;
import dev.hypersd.pipeline.DiffusionPipeline;
import java.util.Optional;

/** A pipeline that is loaded when it is first used. Not safe to share between threads. */
public final class LazyPipeline implements AutoCloseable {
    private final ModelSource source;
    private Optional<DiffusionPipeline> loaded = Optional.empty();

    public LazyPipeline(ModelSource source) {
        this.source = source;
    }

    /** Returns the pipeline; throws as {@link DiffusionPipeline#load} does. */
    public DiffusionPipeline get() {
        if (loaded.isEmpty()) {
            loaded = Optional.of(DiffusionPipeline.load(source));
        }
        return loaded.get();
    }

    @Override
    public void close() {
        loaded.ifPresent(DiffusionPipeline::close);
        loaded = Optional.empty();
    }
}
