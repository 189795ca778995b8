/**
 * How scenes are drawn. A {@code Figure} is a stack of shapes in the unit square, each of a {@code Tone}; a {@code Palette} knows what a
 * tone looks like on an object of some colour; a {@code Brush} for each style paints figures, before a {@code Backdrop}.
 */
@NullMarked
package dev.hypersd.scene.drawing;

import org.jspecify.annotations.NullMarked;
