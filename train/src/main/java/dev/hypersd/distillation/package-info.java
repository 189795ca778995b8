/**
 * Students that do in few steps what a teacher does in many: teachers and their lessons, losses, discriminators, and the one objective that they
 * make up.
 */
@NullMarked
package dev.hypersd.distillation;

import org.jspecify.annotations.NullMarked;
