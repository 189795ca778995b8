package dev.hypersd.distillation;

import dev.hypersd.distillation.TargetMaker.Target;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.lora.LoraLayers;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.section.Section;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Gradients;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.LowRankTuning;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.RandomSource;
import dev.hypersd.training.TrainableWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Score distillation by distribution matching (DMD; Yin et al., 2024): the student's pictures are moved to where the
 * teacher's score finds them more likely, and away from where a fake score finds them likely. The fake score is trained
 * on the student's pictures.
 */
final class DistributionMatchingLoss implements DistillationLoss {
    /**
     * The section {@code score} of a recipe.
     *
     * @param teacher the true score
     * @param weight the weight in the student's loss
     * @param least the lowest timestep at which both scores are compared; if empty, a fiftieth of all timesteps
     * @param greatest the highest timestep; if empty, all but a fiftieth of all timesteps
     * @param fakeUpdates the number of updates of the fake score for each of the student
     * @param fakeOptimiser the optimiser of the fake score
     * @param fakeRank the rank of the fake score, a LoRA of its own over the base model
     * @param fakeTargets the layers that the fake score changes
     * @param adversarial a discriminator between the student's pictures and pictures of the data
     */
    record Settings(
            Teacher.Settings teacher,
            Rollout.Settings rollout,
            double weight,
            OptionalInt least,
            OptionalInt greatest,
            int fakeUpdates,
            OptimiserSettings fakeOptimiser,
            int fakeRank,
            Set<LoraLayers> fakeTargets,
            Optional<AdversarialLoss.Settings> adversarial)
            implements DistillationLoss.Settings {
        Settings {
            fakeTargets = Set.copyOf(fakeTargets);
        }

        static Settings read(Section section, OptimiserSettings student) {
            Settings settings = new Settings(
                    Teacher.Settings.read(section),
                    Rollout.Settings.read(section),
                    section.number("weight", 1, 1e-6, 1e3),
                    section.optionalCount("least_timestep", 0),
                    section.optionalCount("greatest_timestep", 0),
                    section.count("fake_updates", 5, 1),
                    student.at(section.number("learning_rate", 2e-4, 1e-12, 1)),
                    section.count("fake_rank", 16, 1),
                    section.some("fake_targets", LoraLayers.class),
                    AdversarialLoss.Settings.read(section, student));
            if (settings.adversarial().map(loss -> loss.balance().isPresent()).orElse(false)) {
                throw section.invalid(
                        "adversarial.balance",
                        "is a ratio to the gradient of a distance, and score distillation has none; name "
                                + "adversarial.weight");
            }
            section.refuseUnread();
            return settings;
        }

        @Override
        public DistillationLoss open(Student student, PretrainedModel pretrained) {
            int timesteps = student.schedule().trainTimesteps();
            int lowest = least.orElse(timesteps / 50);
            int highest = greatest.orElse(timesteps - timesteps / 50);
            if (highest < lowest || highest >= timesteps) {
                throw new InvalidRequestException(
                        ("distillation.score compares scores from least_timestep %d to greatest_timestep %d; they"
                                        + " must rise and be at most %d")
                                .formatted(lowest, highest, timesteps - 1));
            }
            return new DistributionMatchingLoss(this, student, pretrained, lowest, highest);
        }
    }

    private final Settings settings;
    private final Student student;
    private final int least;
    private final int greatest;
    private final Teacher teacher;
    private final Rollout rollout;
    private final Optional<AdversarialLoss> adversarial;
    private final TrainableWeights fake;

    private DistributionMatchingLoss(
            Settings settings, Student student, PretrainedModel pretrained, int least, int greatest) {
        this.settings = settings;
        this.student = student;
        this.least = least;
        this.greatest = greatest;
        this.teacher = settings.teacher().open(student, pretrained);
        this.rollout = settings.rollout().open(student);
        this.adversarial = settings.adversarial().map(loss -> new AdversarialLoss(student, pretrained, loss));
        int rank = settings.fakeRank();
        LowRankTuning tuning = new LowRankTuning(
                LoraLayers.weights(
                        settings.fakeTargets(), pretrained.model().unet().parameters()),
                rank,
                rank);
        this.fake = Engine.call(() -> new TrainableWeights(tuning, 0, student.seed(), student.arena()));
    }

    @Override
    public List<Term> terms(Batch batch, RandomSource random) {
        Rollout.Drawn drawn = rollout.draw(batch, random);
        List<Term> terms = new ArrayList<>();
        terms.add(new Term("score", settings.weight(), matching(drawn.clean(), batch, random)));
        adversarial.ifPresent(
                loss -> terms.add(loss.generatorTerm(target(drawn, batch), drawn.clean(), batch, random)));
        return terms;
    }

    private Tensor matching(Tensor drawn, Batch batch, RandomSource random) {
        Tensor target = Gradients.off(() -> {
            Tensor clean = drawn.detach();
            int[] timesteps = Arrays.stream(random.integers(greatest + 1 - least, batch.size()))
                    .map(t -> t + least)
                    .toArray();
            Tensor noisy = schedule().addNoise(clean, random.normal(Tensors.shape(clean)), timesteps);
            Tensor real = schedule().toX0(noisy, teacher.solver(batch, random).predict(noisy, timesteps), timesteps);
            Tensor seen = fake.frozen().during(() -> student.predictor().clean(noisy, timesteps, batch.text()));
            return target(clean, real, seen);
        });
        return loss(drawn, target);
    }

    /**
     * Returns the result of a step against the gradient of the divergence from {@code drawn}:
     * {@code drawn - (fake - real) / mean |drawn - real|}, where the mean is that of a sample. All are clean latents,
     * {@code [B, C, h, w]}.
     *
     * @param real the clean latents that the true score predicts from {@code drawn} with noise
     * @param fake the clean latents that the fake score predicts
     */
    static Tensor target(Tensor drawn, Tensor real, Tensor fake) {
        Tensor scale = drawn.sub(real).abs().mean(1, 2, 3).view(-1, 1, 1, 1);
        return drawn.sub(fake.sub(real).div(scale).nan_to_num());
    }

    /** Returns a loss whose gradient is the difference of the scores, in the form of the authors' code. */
    static Tensor loss(Tensor drawn, Tensor target) {
        return drawn.sub(target).square().mean().mul(new Scalar(0.5));
    }

    @Override
    public List<AuxiliaryLearner> auxiliaryLearners() {
        List<AuxiliaryLearner> learners = new ArrayList<>();
        learners.add(new AuxiliaryLearner(
                "fake", fake, settings.fakeOptimiser(), settings.fakeUpdates(), this::denoisingLoss));
        adversarial.ifPresent(loss -> learners.add(loss.learner(this::discriminatorLoss)));
        return learners;
    }

    /** Returns the fake score's loss of denoising the student's pictures. */
    private Losses denoisingLoss(Batch batch, RandomSource random) {
        Tensor clean = student.frozen(() -> rollout.draw(batch, random)).clean();
        Tensor noise = random.normal(Tensors.shape(clean));
        int[] timesteps = random.integers(schedule().trainTimesteps(), batch.size());
        Tensor noisy = schedule().addNoise(clean, noise, timesteps);
        Tensor predicted = student.predictor().predict(noisy, timesteps, batch.text());
        Tensor seen = schedule().toEps(noisy, predicted, timesteps);
        return Losses.of("denoising", seen.sub(noise).square().mean());
    }

    private Losses discriminatorLoss(Batch batch, RandomSource random) {
        Rollout.Drawn drawn = student.frozen(() -> rollout.draw(batch, random));
        return adversarial.orElseThrow().discriminatorLoss(target(drawn, batch), drawn.clean(), batch, random);
    }

    /** Returns a target for the discriminator, from pure noise to pictures of the data. */
    private Target target(Rollout.Drawn drawn, Batch batch) {
        return new Target(
                drawn.input(),
                batch.all(drawn.timestep()),
                batch.latents(),
                batch.all(0),
                batch.all(schedule().trainTimesteps() - 1));
    }

    private NoiseSchedule schedule() {
        return student.schedule();
    }
}
