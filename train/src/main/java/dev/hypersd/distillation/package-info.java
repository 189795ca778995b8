/**
 * Distillation: students that draw in few steps what a teacher draws in many.
 * {@link dev.hypersd.distillation.DistillationObjective} is the one objective; it adds losses, of which
 * {@code TrajectoryLoss} is the paper's.
 */
@NullMarked
package dev.hypersd.distillation;

import org.jspecify.annotations.NullMarked;
