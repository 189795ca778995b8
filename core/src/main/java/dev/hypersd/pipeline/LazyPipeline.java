package dev.hypersd.pipeline;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.model.ModelSource;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A pipeline that is loaded when it is first used. Safe to share: it is loaded once, and whoever asks meanwhile waits.
 */
public final class LazyPipeline implements AutoCloseable {
    private final ModelSource source;
    private final ReentrantLock loading = new ReentrantLock();
    private volatile Optional<DiffusionPipeline> loaded = Optional.empty();
    private boolean isClosed;

    public LazyPipeline(ModelSource source) {
        this.source = source;
    }

    /**
     * Returns the pipeline. If it cannot be loaded, the next call tries again.
     *
     * @throws HyperSdException if this is closed, or as {@link DiffusionPipeline#load(ModelSource)} does
     */
    public DiffusionPipeline get() {
        return loaded.orElseGet(this::load);
    }

    private DiffusionPipeline load() {
        loading.lock();
        try {
            if (isClosed) {
                throw new HyperSdException("the model %s is closed: open it again to draw with it"
                        .formatted(source.path().getFileName()));
            }
            if (loaded.isEmpty()) {
                loaded = Optional.of(DiffusionPipeline.load(source));
            }
            return loaded.orElseThrow();
        } finally {
            loading.unlock();
        }
    }

    /** Returns whether the pipeline is loaded now. */
    public boolean isLoaded() {
        return loaded.isPresent();
    }

    /** Frees the pipeline, if it was loaded, after the requests in progress. */
    @Override
    public void close() {
        loading.lock();
        try {
            isClosed = true;
            loaded.ifPresent(DiffusionPipeline::close);
            loaded = Optional.empty();
        } finally {
            loading.unlock();
        }
    }
}
