/** Control pictures made of photographs and drawings, as ControlNets were trained to see them: white lines on black. */
@NullMarked
package dev.hypersd.preprocess;

import org.jspecify.annotations.NullMarked;
