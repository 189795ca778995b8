package dev.hypersd.sampler;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * What a multistep solver remembers of earlier steps; empty for all others.
 *
 * @param remembered images or noises that the network saw, the latest first; the tensors belong to the scope in which the steps run
 */
public record State(List<Tensor> remembered) {
    /** Before the first step. */
    public static final State START = new State(List.of());

    public State {
        remembered = List.copyOf(remembered);
    }
}
