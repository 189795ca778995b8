/**
 * Distillation: training a student that does in few steps what its teacher does in many. The package has the teacher,
 * the targets of the student, its losses, the discriminators, and the objective that combines them.
 */
@NullMarked
package dev.hypersd.distillation;

import org.jspecify.annotations.NullMarked;
