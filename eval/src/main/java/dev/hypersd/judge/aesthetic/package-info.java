/** Predicts how people rate a picture's looks, from its vector in the space of a CLIP. */
@NullMarked
package dev.hypersd.judge.aesthetic;

import org.jspecify.annotations.NullMarked;
