package dev.hypersd.distillation;

import static dev.hypersd.distillation.TinyDistillation.FAKE;
import static dev.hypersd.distillation.TinyDistillation.OPTIMISER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.distillation.DistributionMatchingLoss.FakeScore;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.training.Learner;
import dev.hypersd.training.RandomSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudentPicturesTest {
    @TempDir
    static Path folder;

    private static TinyDistillation tiny;

    @BeforeAll
    static void writeModel() {
        tiny = new TinyDistillation(folder);
    }

    /**
     * The loss of the discriminator on the second sample, with the same random numbers, after the fake score has
     * learned from {@code before} in the same step or in another one.
     */
    private static double loss(boolean drawOnce, int before, long step, int microBatch) {
        DistillationLoss.Settings score = new DistributionMatchingLoss.Settings(
                TinyDistillation.teacher(3),
                new Rollout.Settings(List.of(999)),
                1,
                NoiseLevels.Range.USUAL,
                Divergence.REVERSE_KL,
                new FakeScore(1, drawOnce, OPTIMISER, 4, FAKE.targets()),
                Optional.of(TinyDistillation.adversarial(TinyDistillation.FEATURES, AdversarialForm.SOFTPLUS)));
        try (DistillationObjective objective = tiny.objective(score)) {
            List<Learner<LatentSample>> learners = objective.learners();
            total(learners.get(0), objective.samples().get(before), 1, RandomSource.at(1, 3, 0));
            return total(learners.get(1), objective.samples().get(1), step, RandomSource.at(2, 3, microBatch));
        }
    }

    private static double total(Learner<LatentSample> learner, LatentSample sample, long step, RandomSource random) {
        return Engine.call(() -> TensorScope.released(() -> learner.weights()
                .current()
                .during(() -> learner.loss().of(List.of(sample), step, random))
                .terms()
                .getFirst()
                .value()
                .item_double()));
    }

    @Test
    void allUpdatesOfAStepLearnFromThePicturesOfTheFirst() {
        double afterFirst = loss(true, 0, 1, 0);
        double afterSecond = loss(true, 2, 1, 0);

        assertThat(afterFirst).isNotEqualTo(afterSecond);
    }

    @Test
    void anotherStepOrAnotherMicroBatchHasPicturesOfItsOwn() {
        double own = loss(false, 0, 1, 0);

        assertThat(loss(false, 2, 1, 0)).isEqualTo(own);
        assertThat(loss(true, 0, 2, 0)).isEqualTo(own);
        assertThat(loss(true, 0, 1, 1)).isEqualTo(loss(true, 2, 1, 1));
        assertThat(loss(true, 0, 1, 0)).isNotEqualTo(own);
    }
}
