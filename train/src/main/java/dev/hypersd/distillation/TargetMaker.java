package dev.hypersd.distillation;

import dev.hypersd.training.RandomSource;

/** A way to teach. */
interface TargetMaker {
    /** A lesson on the pictures of {@code batch}. There is nothing in it to be differentiated: gradients are to be off. */
    Target on(Batch batch, RandomSource random);
}
