/** How scenes are drawn: figures made of shapes, backgrounds, and the styles that paint them. */
@NullMarked
package dev.hypersd.scene.drawing;

import org.jspecify.annotations.NullMarked;
