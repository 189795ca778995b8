package dev.hypersd.training;

import dev.hypersd.lora.Factors;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Trains low-rank changes of parameters, which make a file of their own. */
public sealed interface FactorTuning extends Tuning permits LowRankTuning, DoraTuning {
    /** Returns the factors of each changed parameter, for a LoRA file. */
    List<Factors> factors(Map<String, Tensor> tensors);
}
