package dev.hypersd.model;

import dev.hypersd.nn.Parameter;
import dev.hypersd.weights.WeightSource;
import java.util.Map;

/**
 * A network with its parameters.
 *
 * @param network the network
 * @param parameters its parameters by name, to which LoRAs refer
 * @param source the source of its weights, which belongs to the owner of the parameters
 */
public record Network<N>(N network, Map<String, Parameter> parameters, WeightSource source) {
    /** Evicts its mapped weights from memory until they are next used. They must not have been changed in place. */
    public void evictPages() {
        source.evictPages();
    }
}
