/**
 * Drawing scenes. A {@code Figure} is a stack of shapes in the unit square, each with a {@code Tone}. A {@code Palette}
 * gives the colour of a tone on an object of a given colour. There is one {@code Brush} for each style, which draws
 * figures in front of a {@code Backdrop}.
 */
@NullMarked
package dev.hypersd.scene.drawing;

import org.jspecify.annotations.NullMarked;
