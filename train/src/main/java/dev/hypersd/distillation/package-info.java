/**
 * Distillation: students that draw in a few steps what a teacher draws in many. {@link
 * dev.hypersd.distillation.DistillationObjective} is the objective; it adds losses, of which {@code TrajectoryLoss} is
 * that of Hyper-SD's paper.
 */
@NullMarked
package dev.hypersd.distillation;

import org.jspecify.annotations.NullMarked;
