/**
 * Judges: networks that assess pictures without knowing what drew them. {@link dev.hypersd.judge.JudgeFolder} opens
 * them.
 */
@NullMarked
package dev.hypersd.judge;

import org.jspecify.annotations.NullMarked;
