package dev.hypersd.scene.drawing;

import java.awt.Shape;

/** One area of a figure, in the square from -0.5 to 0.5. */
record Layer(Shape shape, Tone tone) {}
