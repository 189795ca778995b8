package dev.hypersd.nn;

import dev.hypersd.kernel.Form;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Shapes;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The parameters of a network that is being built: each layer takes what it needs by name and shape, under the prefix
 * that its parent chose.
 */
public final class Parameters {
    private final String prefix;
    private final ParameterSource source;
    private final Map<String, Parameter> taken;
    private final boolean quantised;

    /** Creates the root for a whole network whose tensors come from {@code source}. */
    public Parameters(ParameterSource source) {
        this("", source, new LinkedHashMap<>(), true);
    }

    private Parameters(String prefix, ParameterSource source, Map<String, Parameter> taken, boolean quantised) {
        this.prefix = prefix;
        this.source = source;
        this.taken = taken;
        this.quantised = quantised;
    }

    /** Returns the parameters under the prefix {@code child}, for example {@code "resnets.0"}. */
    public Parameters at(String child) {
        return new Parameters(prefix + child + ".", source, taken, quantised);
    }

    /** Returns the same parameters for layers whose products are never of quantised numbers. */
    public Parameters unquantised() {
        return new Parameters(prefix, source, taken, false);
    }

    /**
     * Takes the parameter {@code name} of {@code shape}.
     *
     * @param init the initialisation of a parameter that is not stored
     */
    public Parameter take(String name, Init init, long... shape) {
        return add(name, new ParameterSource.Factor(source.provide(prefix + name, init, shape), Optional.empty()));
    }

    /**
     * Takes the weight {@code name} of a linear layer or a convolution, as {@link #take} does.
     *
     * @param form what the layer uses it for
     */
    Parameter takeFactor(String name, Init init, Form form, long... shape) {
        return add(name, source.provideFactor(prefix + name, init, shape, form, quantised));
    }

    private Parameter add(String name, ParameterSource.Factor provided) {
        String full = prefix + name;
        Parameter parameter =
                new Parameter(full, provided.tensor(), source.computedIn(provided.tensor()), provided.packed());
        if (taken.putIfAbsent(full, parameter) != null) {
            throw new IllegalStateException("two layers take the parameter " + full);
        }
        return parameter;
    }

    /** Returns all parameters taken so far by the whole network, by name, in the order of construction. */
    public Map<String, Parameter> taken() {
        return Collections.unmodifiableMap(taken);
    }

    /** Returns all parameters without names. */
    public Collection<Parameter> all() {
        return taken().values();
    }

    /** Returns the type in which the network computes, that of the parameters taken so far. */
    public Dtype dtype() {
        return all().iterator().next().dtype();
    }

    /** Returns the number of elements of all parameters. */
    public long count() {
        return all().stream().mapToLong(p -> Shapes.count(p.shape())).sum();
    }
}
