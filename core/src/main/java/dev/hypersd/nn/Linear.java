package dev.hypersd.nn;

import dev.hypersd.kernel.Form;
import dev.hypersd.kernel.Matmul;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer {@code y = x W^T + b}: {@code [..., in] -> [..., out]} with {@code weight [out, in]}, or {@code [out,
 * in, 1, 1]} where it is stored as a convolution, and an optional {@code bias [out]}.
 */
public final class Linear {
    private final Parameter weight;
    private final @Nullable Parameter bias;

    private Linear(Parameter weight, @Nullable Parameter bias) {
        this.weight = weight;
        this.bias = bias;
    }

    /** Creates a layer with bias. */
    public static Linear of(Parameters p, long in, long out) {
        Init init = Init.fanIn(in);
        return new Linear(p.takeFactor("weight", init, Form.LINEAR, out, in), p.take("bias", init, out));
    }

    /** Creates a layer without bias. */
    public static Linear unbiased(Parameters p, long in, long out) {
        return new Linear(p.takeFactor("weight", Init.fanIn(in), Form.LINEAR, out, in), null);
    }

    /**
     * Creates a layer with bias whose weight is stored as that of a 1x1 convolution; its input still has channels last.
     */
    public static Linear pointwise(Parameters p, long in, long out) {
        Init init = Init.fanIn(in);
        return new Linear(p.takeFactor("weight", init, Form.LINEAR, out, in, 1, 1), p.take("bias", init, out));
    }

    public Tensor forward(Tensor x) {
        Weight used = weight.weight().at(x.numel() / x.size(-1));
        Optional<Tensor> shift = Optional.ofNullable(bias).map(Parameter::value);
        Optional<Tensor> added = shift.filter(_ -> used.rows().isEmpty());
        Tensor y = used.packed()
                .map(packed -> packed.linear(x, added))
                .orElseGet(() -> Matmul.linear(x, matrix(used.tensor()), added));
        for (LowRank change : used.changes()) {
            Tensor read = Matmul.linear(x, matrix(change.down()), Optional.empty());
            y.add_(Matmul.linear(read, matrix(change.up()), Optional.empty()), new Scalar(change.scale()));
        }
        return used.scaled(y, (int) y.dim() - 1, shift);
    }

    private static Tensor matrix(Tensor stored) {
        return stored.dim() == 2 ? stored : stored.flatten(1, -1);
    }
}
