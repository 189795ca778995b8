package dev.hypersd.training;

import dev.hypersd.nn.Adapters;
import dev.hypersd.nn.RandomTensors;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Which parameters of a network are trained, and how the trained tensors change the network. */
public sealed interface Tuning permits FullTuning, LowRankTuning, MixedTuning {
    /** The tensors that learn, by name. */
    Map<String, long[]> shapes();

    /** Fills {@code tensors}, which has {@link #shapes}, so that the network starts as it is. */
    void begin(Map<String, Tensor> tensors, RandomTensors random);

    /** The network changed by {@code tensors}; differentiable in them. */
    Adapters over(Map<String, Tensor> tensors);
}
