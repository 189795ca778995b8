package dev.hypersd.distillation;

import dev.hypersd.distillation.DistillationLoss.AuxiliaryLearner;
import dev.hypersd.objective.PretrainedModel;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.training.Losses;
import dev.hypersd.training.RandomSource;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The comparison of what the student draws with pictures of the data, both with noise (Yin et al., 2024, DMD2, section
 * 4.3; Sauer et al., 2024).
 *
 * @param loss the discriminator
 * @param levels the noise levels
 */
record DataComparison(AdversarialLoss loss, NoiseSchedule schedule, StudentPictures pictures, NoiseLevels levels) {
    /**
     * Creates the comparison.
     *
     * @param pictures what the discriminator learns from
     * @param levels the noise levels, unless the settings name others
     */
    static DataComparison of(
            AdversarialLoss.Settings settings,
            Student student,
            PretrainedModel pretrained,
            StudentPictures pictures,
            NoiseLevels levels) {
        return new DataComparison(
                new AdversarialLoss(student, pretrained, settings),
                student.schedule(),
                pictures,
                levels.or(settings.noiseTimesteps(), student.schedule().trainTimesteps()));
    }

    /** Returns whether pictures that were noised for {@code other} can be compared too. */
    boolean hasLevels(NoiseLevels other) {
        return levels.equals(other);
    }

    /**
     * Returns the logits of drawn pictures; gradients flow into them.
     *
     * @param noisy the drawn pictures with noise of some level, which is used if it is one of the levels here
     */
    List<Tensor> logits(Rollout.Drawn drawn, Noisy noisy, Batch batch, RandomSource random) {
        Noisy compared = levels.fixed().isEmpty() ? noisy : noisy(drawn.clean(), batch, random);
        return loss.logits(compared, drawn.start(), batch.text(), random);
    }

    /** Returns {@code clean} with noise of levels that are drawn for each sample. */
    Noisy noisy(Tensor clean, Batch batch, RandomSource random) {
        return Noisy.of(clean, levels.draw(batch.size(), random), schedule, random);
    }

    /** Returns the discriminator as a learner. */
    AuxiliaryLearner learner() {
        return loss.learner(this::discriminatorLoss);
    }

    private Losses discriminatorLoss(Batch batch, RandomSource random) {
        StudentPictures.Pictures drawn = pictures.of(batch, random);
        Batch same = drawn.batch();
        int[] timesteps = levels.draw(same.size(), random);
        return loss.discriminatorLoss(
                Noisy.of(same.latents(), timesteps, schedule, random),
                Noisy.of(drawn.drawn().clean(), timesteps, schedule, random),
                drawn.drawn().start(),
                same.text(),
                random);
    }
}
