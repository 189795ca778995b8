/**
 * Control pictures made from photographs and drawings, in the form that ControlNets were trained with: white lines on
 * black.
 */
@NullMarked
package dev.hypersd.preprocess;

import org.jspecify.annotations.NullMarked;
