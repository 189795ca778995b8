/**
 * The evaluation of whole models: every test prompt is drawn and judged once, each judgement is a line of a file, so that a run can be
 * interrupted at any time, and the figures follow from the lines.
 */
@NullMarked
package dev.hypersd.evaluation;

import org.jspecify.annotations.NullMarked;
