/**
 * Reads from a picture alone what is to be seen: objects with kind, colour, size and place, the background, the style. Objects are peaks of
 * one map for each kind, as in CenterNet (Zhou et al., 2019), so that equal ones can be counted.
 */
@NullMarked
package dev.hypersd.judge.attributes;

import org.jspecify.annotations.NullMarked;
