/** The {@code hypersd} command: one class per verb, without logic of its own. */
@NullMarked
package dev.hypersd.cli;

import org.jspecify.annotations.NullMarked;
