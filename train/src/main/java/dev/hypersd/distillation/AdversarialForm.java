package dev.hypersd.distillation;

import static dev.hypersd.tensor.TensorScope.scoped;

import java.util.List;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The forms of the losses of a discriminator and of the student. Logits are high for latents that the discriminator
 * considers real.
 */
enum AdversarialForm {
    /**
     * The hinge loss {@code relu(1 - logit)} for real latents, which is zero beyond a margin of 1 (Lim and Ye, 2017).
     */
    HINGE {
        @Override
        Tensor loss(Tensor logits, int sign) {
            return scoped(() ->
                    torch.relu(logits.mul(new Scalar(-sign)).add(new Scalar(1))).mean());
        }
    },
    /**
     * The non-saturating logistic loss {@code softplus(-logit)} for real latents (Goodfellow et al., 2014). The best
     * logit is the logarithm of how much more likely latents are among the real than among the student's.
     */
    SOFTPLUS {
        @Override
        Tensor loss(Tensor logits, int sign) {
            return scoped(() -> torch.softplus(logits.mul(new Scalar(-sign))).mean());
        }
    };

    /**
     * Returns the loss of one head's logits, a scalar.
     *
     * @param sign 1 for logits that should be high, -1 for those that should be low
     */
    abstract Tensor loss(Tensor logits, int sign);

    /** Returns the discriminator's loss, the mean over its heads. */
    Tensor discriminatorLoss(List<Tensor> real, List<Tensor> fake) {
        return mean(real, logits -> loss(logits, 1)).add(mean(fake, logits -> loss(logits, -1)));
    }

    /** Returns the student's loss, the mean over the discriminator's heads. */
    Tensor generatorLoss(List<Tensor> fake) {
        return mean(fake, logits -> loss(logits, 1));
    }

    private static Tensor mean(List<Tensor> heads, UnaryOperator<Tensor> loss) {
        return heads.stream().map(loss).reduce(Tensor::add).orElseThrow().div(new Scalar(heads.size()));
    }
}
