package dev.hypersd.distillation;

import static dev.hypersd.distillation.TinyDistillation.FEATURES;
import static dev.hypersd.distillation.TinyDistillation.OPTIMISER;
import static dev.hypersd.distillation.TinyDistillation.adversarial;
import static dev.hypersd.distillation.TinyDistillation.batch;
import static dev.hypersd.distillation.TinyDistillation.score;
import static dev.hypersd.distillation.TinyDistillation.student;
import static dev.hypersd.distillation.TinyDistillation.term;
import static dev.hypersd.distillation.TinyDistillation.terms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.distillation.DistributionMatchingLoss.FakeScore;
import dev.hypersd.lora.LoraLayers;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Learner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Discriminators between what the student draws and the data, beside score distillation and alone. */
class DataAdversarialTest {
    private static final Optional<AdversarialLoss.Settings> SOFTPLUS =
            Optional.of(adversarial(FEATURES, AdversarialForm.SOFTPLUS));

    @TempDir
    static Path folder;

    private static TinyDistillation tiny;

    @BeforeAll
    static void writeModel() {
        tiny = new TinyDistillation(folder);
    }

    private static DistillationLoss.Settings alone(AdversarialLoss.Settings adversarial) {
        return new DataAdversarialLoss.Settings(
                new Rollout.Settings(List.of(999)), NoiseLevels.Range.USUAL, adversarial);
    }

    /**
     * A teacher that is the base model shares its pass with the discriminator; one that is a LoRA without effect has
     * passes of its own, which must give the same.
     */
    @Test
    void aSharedPassOfTheTeacherGivesTheSameLossesAsPassesOfTheirOwn() throws IOException {
        Path published = Files.createDirectory(folder.resolve("published"));
        Map<String, Double> shared;
        try (DistillationObjective objective =
                tiny.objective(score(3, List.of(999), Divergence.JENSEN_SHANNON, SOFTPLUS))) {
            objective.publish(published);
            shared = terms(student(objective), batch(objective));
        }
        DistillationLoss.Settings own = new DistributionMatchingLoss.Settings(
                new Teacher.Settings(Optional.of(published.resolve("lora.safetensors")), new Teacher.Guidance(3, 3)),
                new Rollout.Settings(List.of(999)),
                1,
                NoiseLevels.Range.USUAL,
                Divergence.JENSEN_SHANNON,
                TinyDistillation.FAKE,
                SOFTPLUS);
        try (DistillationObjective objective = tiny.objective(own)) {
            Map<String, Double> separate = terms(student(objective), batch(objective));

            // In single precision, and in another order of the batch.
            assertThat(shared).containsOnlyKeys("score", "adversarial");
            shared.forEach((name, value) ->
                    assertThat(separate.get(name)).as(name).isCloseTo(value, within(1e-4 * Math.abs(value))));
        }
    }

    @Test
    void divergencesOtherThanTheReverseOneWeighTheDifferencesOfTheScores() {
        double reverse = tiny.value(score(3, List.of(999), Divergence.REVERSE_KL, SOFTPLUS), "score");
        double forward = tiny.value(score(3, List.of(999), Divergence.FORWARD_KL, SOFTPLUS), "score");

        assertThat(reverse).isPositive();
        assertThat(forward).isPositive().isNotEqualTo(reverse);
    }

    /** The order in the papers: the student learns from a fake score that knows its present pictures. */
    @Test
    void theStudentIsUpdatedAfterTheNetworksThatItLearnsFrom() {
        try (DistillationObjective objective = tiny.objective(score(3, SOFTPLUS))) {
            assertThat(objective.learners().stream().map(Learner::name))
                    .containsExactly("fake", "discriminator", "student");
            assertThat(objective.learners().stream().map(Learner::updates)).containsExactly(2, 1, 1);
        }
    }

    @Test
    void aDiscriminatorAloneMovesTheStudentTowardsTheData() {
        try (DistillationObjective objective = tiny.objective(alone(SOFTPLUS.orElseThrow()))) {
            Learner<?> first = objective.learners().getFirst();
            double before = term(student(objective), batch(objective), "adversarial");
            tiny.train(new OneLearner(objective, student(objective)), 2, false);

            assertThat(first.name()).isEqualTo("discriminator");
            assertThat(term(student(objective), batch(objective), "adversarial"))
                    .isLessThan(before);
        }
    }

    /** So the sides are not swapped: what the student draws is what the discriminator learns to tell apart. */
    @Test
    void aDiscriminatorThatHasLearnedRejectsWhatTheStudentDraws() {
        try (DistillationObjective objective = tiny.objective(alone(SOFTPLUS.orElseThrow()))) {
            double before = term(student(objective), batch(objective), "adversarial");
            tiny.train(new OneLearner(objective, objective.learners().getFirst()), TinyDistillation.STEPS, false);

            assertThat(term(student(objective), batch(objective), "adversarial"))
                    .isGreaterThan(before);
        }
    }

    @Test
    void thePenaltyIsTheMeanSquaredChangeOfTheLogitsAndTheShareOfCorrectLogitsIsReported() {
        float[] found = Engine.infer(() -> TensorScope.released(() -> {
            List<Tensor> real = List.of(logits(1, 2), logits(-1));
            List<Tensor> fake = List.of(logits(-1, 3), logits(2));
            return new float[] {
                AdversarialLoss.change(real, fake).item_float(),
                AdversarialLoss.correct(real, fake).item_float()
            };
        }));

        assertThat(found[0]).isEqualTo((2.5f + 9) / 2); // ((1 + 1)^2 + (2 - 3)^2) / 2 and (-1 - 2)^2.
        assertThat(found[1]).isEqualTo((1 + 0.5f + 0 + 0) / 4);
    }

    @Test
    void thePenaltyIsPartOfTheDiscriminatorsLossAndGrowsWithTheNoise() {
        double weak = penalty(0.0001);
        double strong = penalty(0.001);

        // For small noise the change of logits is linear, so its square grows a hundredfold.
        assertThat(weak).isPositive();
        assertThat(strong / weak).isBetween(80.0, 125.0);
    }

    private static double penalty(double sigma) {
        AdversarialLoss.Settings plain = SOFTPLUS.orElseThrow();
        AdversarialLoss.Settings settings = new AdversarialLoss.Settings(
                plain.discriminator(),
                plain.form(),
                plain.real(),
                plain.weight(),
                plain.balance(),
                List.of(250, 500),
                new AdversarialLoss.Penalty(100, sigma),
                1,
                OPTIMISER);
        try (DistillationObjective objective = tiny.objective(alone(settings))) {
            Map<String, Double> terms = terms(objective.learners().getFirst(), batch(objective));
            assertThat(terms).containsOnlyKeys("adversarial", "r1", "correct");
            return terms.getOrDefault("r1", Double.NaN);
        }
    }

    /** Rank and layers are those of the settings, whatever those of the student are. */
    @Test
    void theFakeScoreIsALoraOfItsOwn() {
        FakeScore fake = new FakeScore(1, false, OPTIMISER, 2, EnumSet.of(LoraLayers.ATTENTION));
        DistillationLoss.Settings settings = new DistributionMatchingLoss.Settings(
                TinyDistillation.teacher(3),
                new Rollout.Settings(List.of(999)),
                1,
                NoiseLevels.Range.USUAL,
                Divergence.REVERSE_KL,
                fake,
                Optional.empty());
        try (DistillationObjective objective = tiny.objective(settings)) {
            assertThat(objective.learners().getFirst().weights().averaged())
                    .isNotEmpty()
                    .allSatisfy((name, tensor) -> assertThat(name).contains("attentions"))
                    .allSatisfy((name, tensor) -> assertThat(name.endsWith("down") ? tensor.size(0) : tensor.size(1))
                            .isEqualTo(2));
        }
    }

    private static Tensor logits(float... values) {
        return Tensors.of(values, 1, 1, 1, values.length);
    }
}
