/** The mathematics of distilling a teacher's trajectories: where on them a student is asked, what it should say, and how far off it is. */
@NullMarked
package dev.hypersd.distillation;

import org.jspecify.annotations.NullMarked;
