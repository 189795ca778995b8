/** CLIP as a judge of how well pictures fit texts. */
@NullMarked
package dev.hypersd.judge.reward;

import org.jspecify.annotations.NullMarked;
