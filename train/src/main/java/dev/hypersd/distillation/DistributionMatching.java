package dev.hypersd.distillation;

import dev.hypersd.latents.LatentSample;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.Learner;
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
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Score distillation by matching distributions (Yin et al., 2024): what the student draws is moved to where the teacher finds it more likely, and
 * away from where a fake score, which keeps learning what the student draws, finds it likely already.
 */
public final class DistributionMatching implements StudentLoss {
    /**
     * @param weight in the student's loss
     * @param least lowest noise, as a timestep, at which teacher and fake score are compared
     * @param greatest highest
     * @param turns of the fake score for each of the student
     * @param optimiser of the fake score
     */
    public record Settings(double weight, int least, int greatest, int turns, OptimiserSettings optimiser) {}

    private final Student student;
    private final Teacher teacher;
    private final Rollout rollout;
    private final Settings settings;
    private final Optional<AdversarialLoss> adversarial;
    private final TrainableWeights fake;

    /**
     * @param teacher the true score
     * @param tuning what of the network learns to be the fake score
     * @param adversarial tells what is drawn from pictures of the data
     */
    DistributionMatching(
            Student student,
            Teacher teacher,
            Rollout rollout,
            Settings settings,
            LowRankTuning tuning,
            Optional<AdversarialLoss> adversarial) {
        this.student = student;
        this.teacher = teacher;
        this.rollout = rollout;
        this.settings = settings;
        this.adversarial = adversarial;
        this.fake = Engine.call(() -> new TrainableWeights(tuning, 0, student.seed(), student.arena()));
    }

    @Override
    public List<Term> terms(Batch batch, RandomSource random) {
        Rollout.Drawn drawn = rollout.draw(batch, random);
        List<Term> terms = new ArrayList<>();
        terms.add(new Term("score", settings.weight(), matching(drawn.clean(), batch, random)));
        adversarial.ifPresent(a -> terms.add(a.term(target(drawn, batch), drawn.clean(), batch, random)));
        return terms;
    }

    /** A loss whose gradient is the difference of the scores, in the form that the authors' code gives it. */
    private Tensor matching(Tensor drawn, Batch batch, RandomSource random) {
        Tensor target = Gradients.off(() -> {
            Tensor clean = drawn.detach();
            int[] at = Arrays.stream(random.integers(settings.greatest() + 1 - settings.least(), batch.size()))
                    .map(t -> t + settings.least())
                    .toArray();
            Tensor noisy = schedule().addNoise(clean, random.normal(Tensors.shape(clean)), at);
            Tensor real = schedule().toX0(noisy, teacher.solver(batch, random).predict(noisy, at), at);
            Tensor seen = fake.frozen().during(() -> student.denoiser().clean(noisy, at, batch.text()));
            Tensor scale = clean.sub(real).abs().mean(1, 2, 3).view(-1, 1, 1, 1);
            return clean.sub(seen.sub(real).div(scale).nan_to_num());
        });
        return drawn.sub(target).square().mean().mul(new Scalar(0.5));
    }

    @Override
    public List<Learner<LatentSample>> auxiliaryLearners() {
        List<Learner<LatentSample>> auxiliaryLearners = new ArrayList<>();
        auxiliaryLearners.add(new Learner<>("fake", fake, settings.optimiser(), settings.turns(), this::denoising));
        adversarial.ifPresent(a -> auxiliaryLearners.add(a.learner(this::discriminatorLoss)));
        return auxiliaryLearners;
    }

    /** The fake score's loss: it learns to denoise what the student draws. */
    private Losses denoising(List<LatentSample> samples, RandomSource random) {
        Batch batch = student.batch(samples, random);
        Tensor clean = drawn(batch, random).clean();
        Tensor noise = random.normal(Tensors.shape(clean));
        int[] at = random.integers(schedule().trainTimesteps(), batch.size());
        Tensor noisy = schedule().addNoise(clean, noise, at);
        Tensor predicted = student.denoiser().predict(noisy, at, batch.text());
        Tensor seen = schedule().toEps(noisy, predicted, at);
        return Losses.of("denoising", seen.sub(noise).square().mean());
    }

    private Losses discriminatorLoss(List<LatentSample> samples, RandomSource random) {
        Batch batch = student.batch(samples, random);
        Rollout.Drawn drawn = drawn(batch, random);
        return adversarial.orElseThrow().losses(target(drawn, batch), drawn.clean(), batch, random);
    }

    /** What the student draws now, nothing of it to be differentiated. */
    private Rollout.Drawn drawn(Batch batch, RandomSource random) {
        return Gradients.off(() -> student.weights().frozen().during(() -> rollout.draw(batch, random)));
    }

    /** From noise all the way to pictures of the data. */
    private Target target(Rollout.Drawn drawn, Batch batch) {
        int[] from = new int[batch.size()];
        Arrays.fill(from, drawn.timestep());
        int[] last = new int[batch.size()];
        Arrays.fill(last, schedule().trainTimesteps() - 1);
        return new Target(drawn.input(), from, batch.latents(), new int[batch.size()], last);
    }

    private NoiseSchedule schedule() {
        return student.denoiser().schedule();
    }
}
