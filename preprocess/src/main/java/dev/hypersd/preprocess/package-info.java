/** Control pictures made from photographs and drawings, as ControlNets were trained with: white lines on black. */
@NullMarked
package dev.hypersd.preprocess;

import org.jspecify.annotations.NullMarked;
