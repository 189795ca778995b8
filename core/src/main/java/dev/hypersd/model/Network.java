package dev.hypersd.model;

import dev.hypersd.nn.Parameter;
import java.util.Map;

/**
 * A network and what it consists of.
 *
 * @param network the network
 * @param parameters its parameters by name: what a LoRA refers to
 */
public record Network<N>(N network, Map<String, Parameter> parameters) {}
