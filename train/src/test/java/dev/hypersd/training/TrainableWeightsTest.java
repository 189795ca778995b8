package dev.hypersd.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.nn.Init;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TrainableWeightsTest {
    private static final String NAME = "weight";

    private final TensorArena arena = new TensorArena();

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void theAverageFollowsSlowly() {
        TrainableWeights weights = weights(0.5);
        moveTo(2, weights);

        assertThat(averaged(weights)).isCloseTo(2 * 9 / 11f, within(1e-6f)); // It begins short: 2/11 of the old.
        assertThat(weights.state()).containsOnlyKeys("current/weight", "average/weight");
    }

    @Test
    void withoutAnAverageTheNewestWeightsAreUsed() {
        TrainableWeights weights = weights(0);
        moveTo(2, weights);

        assertThat(averaged(weights)).isEqualTo(2);
        assertThat(weights.averaged().values()).noneMatch(Tensor::requires_grad);
        assertThat(weights.state()).containsOnlyKeys("current/weight");
    }

    private TrainableWeights weights(double decay) {
        Parameters parameters = new Parameters(new RandomParameters(1, Dtype.F32, arena));
        parameters.take(NAME, Init.ZEROS, 1);
        return Engine.call(() -> new TrainableWeights(new Tuning.Full(parameters.taken()), decay, 1, arena));
    }

    private static void moveTo(float value, TrainableWeights weights) {
        Engine.infer(() -> TensorScope.released(() -> {
            weights.values().all().copy_(Tensors.of(new float[] {value}));
            weights.updateAverage(1);
            return value;
        }));
    }

    private static float averaged(TrainableWeights weights) {
        return Engine.infer(() -> TensorScope.released(
                () -> weights.averaged().values().iterator().next().item_float()));
    }
}
