package dev.hypersd.model;

import dev.hypersd.nn.Parameter;
import dev.hypersd.weights.WeightSource;
import java.util.Map;

/**
 * A network and what it consists of.
 *
 * @param network the network
 * @param parameters its parameters by name: what a LoRA refers to
 * @param source what they were loaded from; it belongs to the owner of the parameters
 */
public record Network<N>(N network, Map<String, Parameter> parameters, WeightSource source) {
    /**
     * Leaves the resident set until it is next used, as far as its weights are mapped: they must not have been changed
     * in place.
     */
    public void evictPages() {
        source.evictPages();
    }
}
