package dev.hypersd.distillation;

import dev.hypersd.distillation.trajectory.Distance;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.training.Draw;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Losses;
import dev.hypersd.training.Losses.Term;
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
    private final Lessons lessons;
    private final Distance distance;
    private final double weight;
    private final Optional<Adversary> adversary;

    /** @param weight of the distance; 0 for students that have only the discriminator to please */
    TrajectoryLoss(Student student, Lessons lessons, Distance distance, double weight, Optional<Adversary> adversary) {
        this.student = student;
        this.lessons = lessons;
        this.distance = distance;
        this.weight = weight;
        this.adversary = adversary;
    }

    @Override
    public List<Term> terms(Batch batch, Draw draw) {
        Lesson lesson = Gradients.off(() -> lessons.on(batch, draw));
        Tensor arrived = arrived(lesson, batch);
        Tensor off = distance.between(arrived, lesson.target());
        List<Term> terms = new ArrayList<>();
        terms.add(new Term("distance", weight, off));
        adversary.ifPresent(a -> terms.add(a.term(lesson, arrived, batch, draw, off.mul(new Scalar(weight)))));
        return terms;
    }

    private Tensor arrived(Lesson lesson, Batch batch) {
        Denoiser denoiser = student.denoiser();
        Tensor predicted = denoiser.predict(lesson.start(), lesson.from(), batch.text());
        return denoiser.schedule().jump(lesson.start(), predicted, lesson.from(), lesson.to());
    }

    @Override
    public List<Learner<LatentSample>> companions() {
        return adversary.map(a -> a.learner(this::telling)).stream().toList();
    }

    /** The discriminator's own loss. */
    private Losses telling(List<LatentSample> samples, Draw draw) {
        Batch batch = student.batch(samples, draw);
        Lesson lesson = Gradients.off(() -> lessons.on(batch, draw));
        Tensor arrived = Gradients.off(() -> student.weights().frozen().during(() -> arrived(lesson, batch)));
        return adversary.orElseThrow().losses(lesson, arrived, batch, draw);
    }
}
