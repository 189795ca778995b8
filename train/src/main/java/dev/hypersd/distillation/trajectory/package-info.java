/**
 * Points of a teacher's trajectories: the grid of timesteps, its segments, where a student starts and where it has to
 * arrive, and how far its prediction is from the target.
 */
@NullMarked
package dev.hypersd.distillation.trajectory;

import org.jspecify.annotations.NullMarked;
