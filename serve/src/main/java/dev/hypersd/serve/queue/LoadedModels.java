package dev.hypersd.serve.queue;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.model.ModelSource;
import dev.hypersd.pipeline.DiffusionPipeline;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/** The models that are loaded, each once; used by one thread. A model that cannot be loaded changes nothing for those that are. */
final class LoadedModels implements AutoCloseable {
    /** To go back and forth between two models without loading. */
    private static final int MOST = 2;

    /** The one that was used last comes last. */
    private final SequencedMap<ModelSource, DiffusionPipeline> loaded = new LinkedHashMap<>();

    /**
     * The model of {@code order}, loaded if need be; others make room for it if memory does not hold them beside it.
     *
     * @throws HyperSdException if this machine's memory does not hold it
     */
    DiffusionPipeline of(Order order) {
        DiffusionPipeline there = loaded.remove(order.model());
        DiffusionPipeline pipeline = there == null ? load(order) : there;
        loaded.putLast(order.model(), pipeline);
        while (loaded.size() > MOST) {
            loaded.pollFirstEntry().getValue().close();
        }
        return pipeline;
    }

    private DiffusionPipeline load(Order order) {
        while (true) {
            try {
                return DiffusionPipeline.load(
                        order.model().directory(), order.model().options(), order.request());
            } catch (InvalidFileException e) {
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
