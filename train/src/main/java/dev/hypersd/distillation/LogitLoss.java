package dev.hypersd.distillation;

import static dev.hypersd.tensor.TensorScope.scoped;

import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What discriminator and student play for. Logits are high for what is held to be the teacher's. */
public enum LogitLoss {
    /** Who is right by more than 1 has nothing more to win (Lim and Ye, 2017). */
    HINGE {
        @Override
        Tensor wrong(Tensor logits, int sign) {
            return scoped(() ->
                    torch.relu(logits.mul(new Scalar(-sign)).add(new Scalar(1))).mean());
        }
    },
    /** The logarithm of the probability, not saturating (Goodfellow et al., 2014). */
    SOFTPLUS {
        @Override
        Tensor wrong(Tensor logits, int sign) {
            return scoped(() -> torch.softplus(logits.mul(new Scalar(-sign))).mean());
        }
    };

    /**
     * How wrong a head is.
     *
     * @param sign 1 for what is the teacher's, -1 for what is not
     */
    abstract Tensor wrong(Tensor logits, int sign);

    /** What the discriminator minimises, the mean over its heads. */
    Tensor discriminatorLoss(List<Tensor> real, List<Tensor> fake) {
        return mean(real, logits -> wrong(logits, 1)).add(mean(fake, logits -> wrong(logits, -1)));
    }

    /** What the student minimises. */
    Tensor generatorLoss(List<Tensor> fake) {
        return mean(fake, logits -> wrong(logits, 1));
    }

    private static Tensor mean(List<Tensor> heads, UnaryOperator<Tensor> loss) {
        return heads.stream().map(loss).reduce(Tensor::add).orElseThrow().div(new Scalar(heads.size()));
    }
}
