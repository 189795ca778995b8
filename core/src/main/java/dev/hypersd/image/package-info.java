/**
 * Pictures with eight bits of red, green and blue, their file formats, and the generation parameters in those files.
 *
 * <p>This package does not use the tensor engine. PNG is written without {@code java.desktop}, whose start alone takes
 * half a second. Everything works without a display.
 */
@NullMarked
package dev.hypersd.image;

import org.jspecify.annotations.NullMarked;
