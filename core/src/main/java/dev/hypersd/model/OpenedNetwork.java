package dev.hypersd.model;

import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.TensorArena;

/**
 * A network on disk whose configuration has been read and checked. Its weights are not loaded yet.
 *
 * @param part the files
 * @param type the class of networks that the configuration names
 * @param config the configuration
 */
record OpenedNetwork<C, N>(ModelPart part, NetworkType<C, N> type, C config) {
    /**
     * Loads the weights. Tensors in the file that the network does not use are named in a warning.
     *
     * @param arena the owner of its tensors and of the file
     * @throws dev.hypersd.error.InvalidFileException if the weights are missing or do not fit the configuration
     */
    Network<N> load(Placement placement, TensorArena arena) {
        return ModelPart.load(arena.own(type.names().apply(part.openWeights())), this::make, placement, arena);
    }

    /** Builds the network from {@code parameters} of any source. */
    N make(Parameters parameters) {
        return type.maker().apply(config, parameters);
    }
}
