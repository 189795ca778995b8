package dev.hypersd.distillation;

import dev.hypersd.latents.LatentSample;
import dev.hypersd.training.Learner;
import dev.hypersd.training.Losses;
import dev.hypersd.training.RandomSource;
import java.util.List;

/** Something that a student is judged by. */
interface StudentLoss {
    /** What {@code batch} costs; the student's weights are switched on. */
    List<Losses.Term> terms(Batch batch, RandomSource random);

    /** Who learns beside the student so that it can be judged: discriminators, a fake score. */
    List<Learner<LatentSample>> auxiliaryLearners();
}
