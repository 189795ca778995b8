/**
 * Judges are networks that look at pictures and never know what drew them; {@link dev.hypersd.judge.JudgeFolder} opens
 * them.
 */
@NullMarked
package dev.hypersd.judge;

import org.jspecify.annotations.NullMarked;
