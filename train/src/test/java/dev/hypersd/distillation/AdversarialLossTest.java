package dev.hypersd.distillation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.util.List;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Values by hand, so that a wrong sign or a swapped side fails. */
class AdversarialLossTest {
    /** Single precision. */
    private static final Offset<Double> EXACTLY = within(1e-6);

    @ParameterizedTest
    @CsvSource({
        // relu(1 - real) + relu(1 + fake), and relu(1 - fake)
        "HINGE,    2,  -3, 0,        4",
        "HINGE,    0.5, -0.5, 1,     1.5",
        "HINGE,   -1,   2, 5,        0",
        // softplus(-real) + softplus(fake), and softplus(-fake); softplus(x) is ln(1 + e^x)
        "SOFTPLUS, 0,   0, 1.386294, 0.693147",
        "SOFTPLUS, 2,  -3, 0.175515, 3.048587",
        "SOFTPLUS, -1,  2, 3.440190, 0.126928",
    })
    void bothLossesHaveTheirClosedForm(
            AdversarialForm form, double real, double fake, double discriminator, double generator) {
        double[] losses = Engine.infer(() -> TensorScope.released(() -> new double[] {
            form.discriminatorLoss(List.of(logits(real)), List.of(logits(fake))).item_double(),
            form.generatorLoss(List.of(logits(fake))).item_double()
        }));

        assertThat(losses[0]).isCloseTo(discriminator, EXACTLY);
        assertThat(losses[1]).isCloseTo(generator, EXACTLY);
    }

    @ParameterizedTest
    @EnumSource(AdversarialForm.class)
    void headsAndPlacesHaveEqualWeights(AdversarialForm form) {
        double[] losses = Engine.infer(() -> TensorScope.released(() -> new double[] {
            form.generatorLoss(List.of(logits(-1, 0.5), logits(0.25, 0.25))).item_double(),
            (form.generatorLoss(List.of(logits(-1))).item_double()
                                    + form.generatorLoss(List.of(logits(0.5))).item_double())
                            / 4
                    + form.generatorLoss(List.of(logits(0.25))).item_double() / 2
        }));

        assertThat(losses[0]).isCloseTo(losses[1], EXACTLY);
    }

    /** The weighted gradients themselves, at scales of both losses that differ by thousands. */
    @ParameterizedTest
    @CsvSource({"0.5, 1, 1", "0.5, 100, 1", "0.5, 1, 100", "2, 0.01, 1", "0.1, 3, 0.01"})
    void theGradientOfABalancedGeneratorLossIsBalanceTimesThatOfTheDistanceAtAnyScale(
            double balance, double distanceScale, double discriminatorScale) {
        double[] norms = Engine.call(() -> TensorScope.released(() -> {
            Tensor prediction =
                    Tensors.of(new float[] {1, -2, 0.5f, 3}, 1, 1, 2, 2).set_requires_grad(true);
            Tensor distance = prediction.square().mean().mul(new Scalar(distanceScale));
            Tensor loss =
                    AdversarialForm.SOFTPLUS.generatorLoss(List.of(prediction)).mul(new Scalar(discriminatorScale));
            return new double[] {norm(loss, prediction), norm(distance, prediction)};
        }));
        double weight = BalancedWeight.weight(balance, norms[0], norms[1]);

        if (balance * norms[1] / norms[0] > 10) {
            assertThat(weight).isEqualTo(10);
        } else {
            assertThat(weight * norms[0]).isCloseTo(balance * norms[1], withinPercentage(1e-3));
        }
    }

    /** The norm of the gradient of {@code loss}, which backward passes add to the prediction's. */
    private static double norm(Tensor loss, Tensor prediction) {
        Tensor before = prediction.grad().defined() ? prediction.grad().clone() : torch.zeros_like(prediction);
        loss.backward();
        return prediction.grad().sub(before).norm().item_double();
    }

    private static Tensor logits(double... values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return Tensors.of(floats, 1, 1, 1, floats.length);
    }
}
