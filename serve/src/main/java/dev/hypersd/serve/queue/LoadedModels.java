package dev.hypersd.serve.queue;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.model.ModelSource;
import dev.hypersd.model.OpenedModel;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.GenerationCancelledException;
import dev.hypersd.request.ImageRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.BooleanSupplier;

/**
 * The loaded models, of which the least recently used one is closed when there are too many. Used by one thread only.
 */
final class LoadedModels implements AutoCloseable {
    /**
     * The number of models: two, so that clients can alternate between them without loading each time. A model that is
     * loaded for fast pictures and once more for those that stay counts once.
     */
    private static final int MAX_MODELS = 2;

    private final Loader loader;

    /** The models; the most recently used one comes last. */
    private final SequencedMap<ModelSource, DiffusionPipeline> loaded = new LinkedHashMap<>();

    /** Loads a model, as {@link DiffusionPipeline#load(OpenedModel, ImageRequest, BooleanSupplier)} does. */
    interface Loader {
        DiffusionPipeline load(OpenedModel opened, ImageRequest first, BooleanSupplier isUnwanted);
    }

    LoadedModels(Loader loader) {
        this.loader = loader;
    }

    /**
     * Returns the model of {@code job}, which is loaded if necessary. If it does not fit into memory with the others,
     * those are closed one by one. A model that is refused because its files are broken closes none.
     *
     * @param isUnwanted asked between the tensors that are loaded, whether the model is not wanted any more
     * @throws GenerationCancelledException if it is not
     * @throws HyperSdException if it does not fit into this machine's memory even alone
     */
    DiffusionPipeline of(GenerationJob job, BooleanSupplier isUnwanted) {
        DiffusionPipeline there = loaded.remove(job.model());
        DiffusionPipeline pipeline = there == null ? load(job, isUnwanted) : there;
        loaded.putLast(job.model(), pipeline);
        while (loaded.keySet().stream().map(ModelSource::path).distinct().count() > MAX_MODELS) {
            loaded.pollFirstEntry().getValue().close();
        }
        return pipeline;
    }

    private DiffusionPipeline load(GenerationJob job, BooleanSupplier isUnwanted) {
        OpenedModel opened = job.model().open();
        while (true) {
            try {
                return loader.load(opened, job.next(1).request(), isUnwanted);
            } catch (InvalidFileException | GenerationCancelledException e) {
                throw e;
            } catch (HyperSdException tooLarge) {
                Map.Entry<ModelSource, DiffusionPipeline> oldest = loaded.pollFirstEntry();
                if (oldest == null) {
                    throw tooLarge;
                }
                oldest.getValue().close();
            }
        }
    }

    @Override
    public void close() {
        loaded.values().forEach(DiffusionPipeline::close);
        loaded.clear();
    }
}
