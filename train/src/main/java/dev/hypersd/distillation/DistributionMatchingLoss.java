package dev.hypersd.distillation;

import dev.hypersd.lora.LoraLayers;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.section.Section;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Gradients;
import dev.hypersd.training.Learner.Renewal;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.LowRankTuning;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.RandomSource;
import dev.hypersd.training.TrainableWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Score distillation by distribution matching (DMD; Yin et al., 2024): the student's pictures are moved to where the
 * teacher's score finds them more likely, and away from where a fake score finds them likely. The fake score is trained
 * on the student's pictures, before the student in each step (DMD2; Yin et al., 2024, section 4.2). One step of the
 * student, as {@link #terms} has it:
 *
 * <ol>
 *   <li>the student draws pictures from noise;
 *   <li>they get noise of a level that is drawn for each of them;
 *   <li>the teacher and the fake score predict the clean pictures; the features of the teacher's pass are what a
 *       discriminator sees;
 *   <li>the difference of both predictions is the gradient, weighted by how likely the discriminator considers the
 *       pictures, as the {@link Divergence} wants it;
 *   <li>the discriminator adds a loss of its own.
 * </ol>
 */
final class DistributionMatchingLoss implements DistillationLoss {
    /**
     * The section {@code score} of a recipe.
     *
     * @param teacher the true score
     * @param weight the weight in the student's loss
     * @param range the range of noise levels at which both scores are compared
     * @param divergence what is lowered
     * @param fake how the fake score is trained
     * @param adversarial a discriminator between the student's pictures and pictures of the data
     */
    record Settings(
            Teacher.Settings teacher,
            Rollout.Settings rollout,
            double weight,
            NoiseLevels.Range range,
            Divergence divergence,
            FakeScore fake,
            Optional<AdversarialLoss.Settings> adversarial)
            implements DistillationLoss.Settings {
        static Settings read(Section section, OptimiserSettings student) {
            Settings settings = new Settings(
                    Teacher.Settings.read(section),
                    Rollout.Settings.read(section, Rollout.Trained.ALL),
                    section.number("weight", 1, 1e-6, 1e3),
                    NoiseLevels.Range.read(section),
                    section.one("divergence", Divergence.REVERSE_KL),
                    FakeScore.read(section, student),
                    AdversarialLoss.Settings.in(section, AdversarialLoss.Beside.SCORE, student));
            settings.refuseWithoutRatio(section);
            section.refuseUnread();
            return settings;
        }

        private void refuseWithoutRatio(Section section) {
            if (divergence != Divergence.REVERSE_KL
                    && adversarial
                            .filter(loss -> loss.form() == AdversarialForm.SOFTPLUS)
                            .isEmpty()) {
                throw section.invalid(
                        "divergence",
                        ("is %s, whose weights follow from the logits of a discriminator; add a section adversarial"
                                        + " with loss: softplus")
                                .formatted(section.text("divergence")));
            }
        }

        @Override
        public DistillationLoss open(Student student, PretrainedModel pretrained) {
            NoiseLevels levels = range.of("score", student.schedule().trainTimesteps());
            return new DistributionMatchingLoss(this, student, pretrained, levels);
        }
    }

    /**
     * How the fake score is trained.
     *
     * @param updates the number of its updates for each of the student
     * @param drawOnce whether all of these, and those of the discriminator, learn from the same pictures of a step
     * @param rank the rank of the fake score, a LoRA of its own over the base model
     * @param targets the layers that the fake score changes
     */
    record FakeScore(int updates, boolean drawOnce, OptimiserSettings optimiser, int rank, Set<LoraLayers> targets) {
        FakeScore {
            targets = Set.copyOf(targets);
        }

        static FakeScore read(Section section, OptimiserSettings student) {
            return new FakeScore(
                    section.count("fake_updates", 5, 1),
                    section.flag("draw_once", false),
                    student.at(section.number("learning_rate", 2e-4, 1e-12, 1)),
                    section.count("fake_rank", 16, 1),
                    section.some("fake_targets", LoraLayers.class));
        }

        TrainableWeights weights(Student student, PretrainedModel pretrained) {
            var parameters = pretrained.model().unet().parameters();
            LowRankTuning tuning = new LowRankTuning(LoraLayers.weights(targets, parameters), rank, rank);
            return Engine.call(() -> new TrainableWeights(tuning, 0, student.seed(), student.arena()));
        }
    }

    private final Settings settings;
    private final Student student;
    private final NoiseLevels levels;
    private final Teacher teacher;
    private final Rollout rollout;
    private final StudentPictures pictures;
    private final Optional<DataComparison> adversarial;
    private final Optional<DensityRatio> ratio;
    private final TrainableWeights fake;

    private DistributionMatchingLoss(
            Settings settings, Student student, PretrainedModel pretrained, NoiseLevels levels) {
        this.settings = settings;
        this.student = student;
        this.levels = levels;
        this.teacher = settings.teacher().open(student, pretrained);
        this.rollout = settings.rollout().open(student);
        this.pictures = settings.fake().drawOnce()
                ? StudentPictures.oncePerStep(student, rollout, pretrained.task())
                : StudentPictures.fresh(student, rollout);
        this.adversarial =
                settings.adversarial().map(loss -> DataComparison.of(loss, student, pretrained, pictures, levels));
        this.ratio = settings.divergence() == Divergence.REVERSE_KL
                ? Optional.empty()
                : Optional.of(
                        Engine.infer(() -> new DensityRatio(student.schedule().trainTimesteps(), student.arena())));
        this.fake = settings.fake().weights(student, pretrained);
    }

    @Override
    public Task task() {
        return Task.DRAWING;
    }

    @Override
    public double passes() {
        return 1 + adversarial.map(comparison -> comparison.loss().passes()).orElse(0.0);
    }

    /** The fake score sees whole batches. */
    @Override
    public double auxiliaryPasses() {
        return 1;
    }

    @Override
    public List<Term> terms(Batch batch, RandomSource random) {
        Rollout.Drawn drawn = batch.drawn(rollout, random);
        Noisy noisy = Noisy.of(drawn.clean(), levels.draw(batch.size(), random), schedule(), random);
        Judged judged = judged(drawn, noisy, batch, random);
        Tensor target = Gradients.off(() -> {
            Tensor seen = fake.frozen()
                    .during(() -> student.predictor().clean(noisy.latents(), noisy.timesteps(), batch.text()));
            return target(drawn.clean().detach(), judged.real(), seen, weights(judged.logits(), noisy));
        });
        List<Term> terms = new ArrayList<>();
        terms.add(new Term("score", settings.weight(), loss(drawn.clean(), target)));
        adversarial.ifPresent(comparison -> terms.add(comparison.loss().generatorTerm(judged.logits())));
        return terms;
    }

    /**
     * What the teacher and the discriminator say about noisy pictures.
     *
     * @param real the clean latents that the teacher predicts, without gradients
     * @param logits those of the discriminator, if there is one; gradients flow into the pictures
     */
    private record Judged(Tensor real, List<Tensor> logits) {}

    private Judged judged(Rollout.Drawn drawn, Noisy noisy, Batch batch, RandomSource random) {
        Teacher.Solver solver = teacher.solver(batch, random);
        Optional<FeatureDiscriminator> sharing = adversarial
                .filter(comparison -> teacher.isBase() && comparison.hasLevels(levels))
                .flatMap(comparison -> comparison.loss().onFeatures());
        if (sharing.isPresent()) {
            // One pass of the teacher over the noisy pictures makes both its prediction and the features.
            var pass = teacher.adapters().during(() -> sharing.get().traced(noisy, batch.text()));
            Tensor predicted = Gradients.off(() ->
                    solver.guided(pass.prediction().detach().to(noisy.latents().scalar_type()), noisy));
            return new Judged(
                    clean(noisy, predicted), adversarial.get().loss().logits(sharing.get(), pass.features(), random));
        }
        Tensor predicted = Gradients.off(() -> solver.predict(noisy.latents(), noisy.timesteps()));
        return new Judged(
                clean(noisy, predicted),
                adversarial
                        .map(comparison -> comparison.logits(drawn, noisy, batch, random))
                        .orElse(List.of()));
    }

    private Tensor clean(Noisy noisy, Tensor predicted) {
        return Gradients.off(() -> schedule().toX0(noisy.latents(), predicted, noisy.timesteps()));
    }

    /** Returns the weight of each sample's difference of scores, {@code [B, 1, 1, 1]}. */
    private Tensor weights(List<Tensor> logits, Noisy noisy) {
        return ratio.map(of -> settings.divergence().normalised(of.of(logits, noisy.timesteps())))
                .orElseGet(() -> Tensors.of(new float[] {1}, 1, 1, 1, 1));
    }

    /**
     * Returns the result of a step against the gradient of the divergence from {@code drawn}:
     * {@code drawn - weight (fake - real) / mean |drawn - real|}, where the mean is that of a sample. All are clean
     * latents, {@code [B, C, h, w]}.
     *
     * @param real the clean latents that the true score predicts from {@code drawn} with noise
     * @param fake the clean latents that the fake score predicts
     * @param weights the weights of the samples, {@code [B, 1, 1, 1]}, or one for all
     */
    static Tensor target(Tensor drawn, Tensor real, Tensor fake, Tensor weights) {
        Tensor scale = drawn.sub(real).abs().mean(1, 2, 3).view(-1, 1, 1, 1);
        return drawn.sub(fake.sub(real).div(scale).nan_to_num().mul(weights));
    }

    /** Returns a loss whose gradient is the difference of the scores, in the form of the authors' code. */
    static Tensor loss(Tensor drawn, Tensor target) {
        return drawn.sub(target).square().mean().mul(new Scalar(0.5));
    }

    @Override
    public List<AuxiliaryLearner> auxiliaryLearners() {
        List<AuxiliaryLearner> learners = new ArrayList<>();
        learners.add(new AuxiliaryLearner(
                "fake",
                fake,
                settings.fake().optimiser(),
                settings.fake().updates(),
                this::denoisingLoss,
                Renewal.NONE));
        adversarial.ifPresent(comparison -> learners.add(comparison.learner()));
        return learners;
    }

    /** Returns the fake score's loss of denoising the student's pictures. */
    private Losses denoisingLoss(Batch batch, RandomSource random) {
        StudentPictures.Pictures drawn = pictures.of(batch, random);
        Tensor clean = drawn.drawn().clean();
        Tensor noise = random.normal(Tensors.shape(clean));
        int[] timesteps =
                random.integers(schedule().trainTimesteps(), drawn.batch().size());
        Tensor noisy = schedule().addNoise(clean, noise, timesteps);
        Tensor predicted =
                student.predictor().predict(noisy, timesteps, drawn.batch().text());
        Tensor seen = schedule().toEps(noisy, predicted, timesteps);
        return Losses.of("denoising", seen.sub(noise).square().mean());
    }

    @Override
    public Map<String, Tensor> state() {
        return ratio.map(of -> Map.of("density ratio", of.means())).orElse(Map.of());
    }

    private NoiseSchedule schedule() {
        return student.schedule();
    }
}
