package dev.hypersd.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.nn.Init;
import dev.hypersd.nn.RandomTensors;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.OptimiserSettings.LearningRate;
import dev.hypersd.training.TrainableWeights.FlatTensors;
import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class MuonTest {
    @Property(tries = 30)
    void orthogonalMatricesHaveSingularValuesNearOneAndTheDirectionsOfTheirOrigin(
            @ForAll @IntRange(min = 2, max = 40) int rows,
            @ForAll @IntRange(min = 2, max = 40) int columns,
            @ForAll @IntRange(max = 1000) int seed) {
        int rank = Math.min(rows, columns);
        float[] products = Engine.infer(() -> {
            // A matrix whose singular vectors are known: the Q factors of two random ones.
            Tensor left = orthonormal(seed, rows, rank);
            Tensor right = orthonormal(seed + 1, columns, rank);
            Tensor singular = torch.linspace(new Scalar(0.2), new Scalar(1), rank);
            Tensor result =
                    Orthogonal.of(left.mul(singular).mm(right.t()).unsqueeze(0)).squeeze(0);
            return Tensors.toFloats(left.t().mm(result).mm(right));
        });

        for (int i = 0; i < rank; i++) {
            for (int j = 0; j < rank; j++) {
                if (i == j) {
                    assertThat(products[i * rank + j]).isBetween(0.6f, 1.3f);
                } else {
                    assertThat(products[i * rank + j]).isBetween(-0.02f, 0.02f);
                }
            }
        }
    }

    @Test
    void updatesOfAMatrixHaveTheDirectionOfItsGradientAndTheSizeOfAdams() {
        try (TensorArena arena = new TensorArena()) {
            float[] moved = Engine.infer(() -> {
                Map<String, long[]> shapes = new LinkedHashMap<>();
                shapes.put("layer.weight", new long[] {16, 4, 3, 3});
                shapes.put("layer.bias", new long[] {16});
                FlatTensors values = FlatTensors.zeros(shapes, arena);
                FlatTensors gradients = FlatTensors.zeros(shapes, arena);
                gradients.all().copy_(normal(1, gradients.all().numel()));
                OptimiserSettings settings = OptimiserSettings.usual(new LearningRate(0.01, 0, 10, 1));
                new Muon(settings, values, gradients, arena).update(1, 0.01);
                return new float[] {
                    values.get("layer.weight").square().mean().sqrt().item_float() / 0.01f,
                    values.get("layer.weight")
                            .mul(gradients.get("layer.weight"))
                            .sum()
                            .item_float(),
                    values.get("layer.bias").abs().mean().item_float() / 0.01f
                };
            });

            assertThat(moved[0]).isBetween(0.15f, 0.25f);
            assertThat(moved[1]).isNegative();
            assertThat(moved[2]).isBetween(0.99f, 1.01f);
        }
    }

    private static Tensor normal(int seed, long... shape) {
        return new RandomTensors(seed).draw(new Init.Normal(1), Dtype.F32, shape);
    }

    private static Tensor orthonormal(int seed, int rows, int columns) {
        return torch.linalg_qr(normal(seed, rows, columns)).get0();
    }
}
