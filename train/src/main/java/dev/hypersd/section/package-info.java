/** Sections of a recipe: keys that are read by name, type and range, and refused where nothing reads them. */
@NullMarked
package dev.hypersd.section;

import org.jspecify.annotations.NullMarked;
