package dev.hypersd.distillation;

import dev.hypersd.training.Draw;

/** A way to teach. */
interface Lessons {
    /** A lesson on the pictures of {@code batch}. There is nothing in it to be differentiated: gradients are to be off. */
    Lesson on(Batch batch, Draw draw);
}
