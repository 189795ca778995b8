/** Sections of a recipe: keys are read by name, type and range, and keys that nothing reads are refused. */
@NullMarked
package dev.hypersd.section;

import org.jspecify.annotations.NullMarked;
