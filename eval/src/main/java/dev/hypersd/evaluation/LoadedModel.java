package dev.hypersd.evaluation;

import dev.hypersd.model.ModelSource;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.request.ImageRequest;
import java.util.Collections;
import java.util.Optional;

/**
 * The model that is loaded at present. It is loaded when it is first used, and closed before another one is loaded, so
 * that contestants take no more memory than the largest of them; those of one model should follow each other.
 *
 * <p>Not safe to share between threads.
 */
public final class LoadedModel implements AutoCloseable {
    private record Loaded(ModelSource source, DiffusionPipeline pipeline) {}

    private Optional<Loaded> loaded = Optional.empty();

    /**
     * Returns the model of {@code contestant}.
     *
     * @param batch the greatest number of pictures that are drawn at once
     * @throws dev.hypersd.error.HyperSdException if it cannot be loaded, see {@link DiffusionPipeline#load}
     */
    public DiffusionPipeline of(Contestant contestant, int batch) {
        if (loaded.filter(one -> one.source().equals(contestant.model())).isEmpty()) {
            close();
            ImageRequest request = contestant.request();
            ImageRequest first = request.toBuilder()
                    .prompts(Collections.nCopies(batch, request.promptOf(0)))
                    .build();
            loaded = Optional.of(new Loaded(contestant.model(), DiffusionPipeline.load(contestant.model(), first)));
        }
        return loaded.orElseThrow().pipeline();
    }

    /** Closes the model that is loaded, if any. */
    @Override
    public void close() {
        loaded.ifPresent(one -> one.pipeline().close());
        loaded = Optional.empty();
    }
}
