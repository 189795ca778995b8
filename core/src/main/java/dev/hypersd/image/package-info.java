/**
 * Pictures: eight bits of red, green and blue, their files, their sizes, and the words in those files that say how they
 * were made.
 *
 * <p>Nothing here knows the tensor engine. PNG is written without {@code java.desktop}, whose start alone takes half a
 * second; everything works without a display.
 */
@NullMarked
package dev.hypersd.image;

import org.jspecify.annotations.NullMarked;
