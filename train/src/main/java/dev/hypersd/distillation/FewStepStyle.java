package dev.hypersd.distillation;

import dev.hypersd.objective.DenoisingLoss;
import dev.hypersd.objective.DenoisingObjective.TimestepShift;
import dev.hypersd.objective.RatioRange;
import dev.hypersd.training.Losses.Term;
import dev.hypersd.training.RandomSource;
import java.util.List;
import java.util.Optional;

/**
 * Learns a style that stays good in one to eight steps with a few-step LoRA, which is laid below it in training and not
 * trained itself.
 *
 * <p>Denoising the pictures of the style through the few-step LoRA would undo it: the error of the noise is lowest
 * where a network predicts the mean of all pictures that a noisy one may have been, and what few-step LoRAs have
 * learned is to predict one of them. So the pictures are learned by the model without the few-step LoRA, as in ordinary
 * fine-tuning; and with the LoRA below, the model learns to arrive in one step where it arrives in many without, by
 * trajectory consistency, whose teacher is the model of the present style.
 */
public final class FewStepStyle {
    private static final int TEACHER_STEPS = 40;

    private FewStepStyle() {}

    /**
     * Returns the losses of such a style, both of each batch.
     *
     * @param ratios the range of signal-to-noise ratios for the weight of noise levels in denoising
     * @param shift the shift of timesteps in denoising
     * @param guidance the guidance scale of the teacher, which is that of the few-step LoRA's own teacher
     */
    public static List<DistillationLoss.Settings> losses(RatioRange ratios, TimestepShift shift, double guidance) {
        return List.of(
                (student, _) -> new Pictures(student, new DenoisingLoss(student.schedule(), ratios), shift),
                new TrajectoryLoss.Settings(
                        new TrajectoryLoss.Consistency(TargetTimestep.MIXED),
                        new Teacher.StudentWithoutLora(new Teacher.Guidance(guidance, guidance)),
                        TEACHER_STEPS,
                        1,
                        new TrajectoryLoss.Noising(0, true),
                        new Distance.Squared(),
                        1,
                        NoiseWeight.EQUAL,
                        Optional.empty()));
    }

    /** Denoises the pictures with what is trained alone. */
    private record Pictures(Student student, DenoisingLoss loss, TimestepShift shift) implements DistillationLoss {
        /** It has all pictures of a batch. */
        @Override
        public Task task() {
            return Task.TRAJECTORIES;
        }

        @Override
        public List<Term> terms(Batch batch, RandomSource random) {
            return student.weights()
                    .bare()
                    .during(() ->
                            loss.of(student.predictor(), batch.latents(), Optional.empty(), batch::text, shift, random))
                    .terms();
        }
    }
}
