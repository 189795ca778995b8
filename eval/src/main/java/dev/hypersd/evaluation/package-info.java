/**
 * The evaluation of models. Every test prompt is drawn and judged once. Each judgement is a line of a file, so a run
 * can be interrupted at any time and continued, and the metrics are computed from the lines.
 */
@NullMarked
package dev.hypersd.evaluation;

import org.jspecify.annotations.NullMarked;
