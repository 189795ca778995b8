/** Where on a teacher's trajectories a student is asked, and how far off its answer is. */
@NullMarked
package dev.hypersd.distillation.trajectory;

import org.jspecify.annotations.NullMarked;
