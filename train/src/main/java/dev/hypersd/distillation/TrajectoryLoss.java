package dev.hypersd.distillation;

import dev.hypersd.distillation.trajectory.Distance;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * How far the student is from where it should have arrived (Ren et al., 2024, equation 12), and whether a discriminator can tell its arrivals from the
 * targets.
 */
final class TrajectoryLoss implements StudentLoss {
    private final Student student;
    private final TargetMaker targetMaker;
    private final Distance distance;
    private final double weight;
    private final Optional<AdversarialLoss> adversarial;

    /** @param weight of the distance; 0 for students that have only the discriminator to please */
    TrajectoryLoss(
            Student student,
            TargetMaker targetMaker,
            Distance distance,
            double weight,
            Optional<AdversarialLoss> adversarial) {
        this.student = student;
        this.targetMaker = targetMaker;
        this.distance = distance;
        this.weight = weight;
        this.adversarial = adversarial;
    }

    @Override
    public List<Term> terms(Batch batch, RandomSource random) {
        Target target = Gradients.off(() -> targetMaker.on(batch, random));
        Tensor arrived = arrived(target, batch);
        Tensor off = distance.between(arrived, target.target());
        List<Term> terms = new ArrayList<>();
        terms.add(new Term("distance", weight, off));
        adversarial.ifPresent(a -> terms.add(a.term(target, arrived, batch, random, off.mul(new Scalar(weight)))));
        return terms;
    }

    private Tensor arrived(Target target, Batch batch) {
        Denoiser denoiser = student.denoiser();
        Tensor predicted = denoiser.predict(target.start(), target.from(), batch.text());
        return denoiser.schedule().jump(target.start(), predicted, target.from(), target.to());
    }

    @Override
    public List<Learner<LatentSample>> auxiliaryLearners() {
        return adversarial.map(a -> a.learner(this::discriminatorLoss)).stream().toList();
    }

    /** The discriminator's own loss. */
    private Losses discriminatorLoss(List<LatentSample> samples, RandomSource random) {
        Batch batch = student.batch(samples, random);
        Target target = Gradients.off(() -> targetMaker.on(batch, random));
        Tensor arrived = Gradients.off(() -> student.weights().frozen().during(() -> arrived(target, batch)));
        return adversarial.orElseThrow().losses(target, arrived, batch, random);
    }
}
