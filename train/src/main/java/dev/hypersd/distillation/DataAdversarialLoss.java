package dev.hypersd.distillation;

import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.section.Section;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.OptimiserSettings;
import dev.hypersd.training.RandomSource;
import java.util.List;

/**
 * Adversarial training against the data without any other guidance by the teacher than its features and the weights
 * that the student starts from (GDD; Zheng and Yang, 2024, and D2O, 2025).
 */
final class DataAdversarialLoss implements DistillationLoss {
    /**
     * The section {@code adversarial} of the distillation.
     *
     * @param range the range of noise levels at which pictures are compared
     */
    record Settings(Rollout.Settings rollout, NoiseLevels.Range range, AdversarialLoss.Settings adversarial)
            implements DistillationLoss.Settings {
        static Settings read(Section section, OptimiserSettings student) {
            return new Settings(
                    Rollout.Settings.read(section, Rollout.Trained.ALL),
                    NoiseLevels.Range.read(section),
                    AdversarialLoss.Settings.read(section, AdversarialLoss.Beside.NOTHING, student));
        }

        @Override
        public DistillationLoss open(Student student, PretrainedModel pretrained) {
            NoiseLevels levels = range.of("adversarial", student.schedule().trainTimesteps());
            Rollout opened = rollout.open(student);
            return new DataAdversarialLoss(
                    opened,
                    DataComparison.of(
                            adversarial, student, pretrained, StudentPictures.fresh(student, opened), levels));
        }
    }

    private final Rollout rollout;
    private final DataComparison comparison;

    private DataAdversarialLoss(Rollout rollout, DataComparison comparison) {
        this.rollout = rollout;
        this.comparison = comparison;
    }

    @Override
    public Task task() {
        return Task.DRAWING;
    }

    @Override
    public List<Term> terms(Batch batch, RandomSource random) {
        Rollout.Drawn drawn = batch.drawn(rollout, random);
        Noisy noisy = comparison.noisy(drawn.clean(), batch, random);
        return List.of(
                comparison.loss().generatorTerm(comparison.loss().logits(noisy, drawn.start(), batch.text(), random)));
    }

    @Override
    public List<AuxiliaryLearner> auxiliaryLearners() {
        return List.of(comparison.learner());
    }
}
