package dev.hypersd.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A table of vectors: I64 ids {@code [...] -> [..., dimension]} from {@code weight [count, dimension]}. */
public final class Embedding {
    private final Parameter weight;

    public Embedding(Parameters p, long count, long dimension) {
        this.weight = p.take("weight", new Init.Normal(0.02), count, dimension);
    }

    public Tensor forward(Tensor ids) {
        return torch.embedding(weight.value(), ids);
    }

    /** Returns the whole table {@code [count, dimension]}. */
    public Tensor table() {
        return weight.value();
    }
}
