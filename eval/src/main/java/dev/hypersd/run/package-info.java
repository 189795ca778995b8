/** The folders of training runs, read while they are written: how far runs are, their curves, samples and recipes. */
@NullMarked
package dev.hypersd.run;

import org.jspecify.annotations.NullMarked;
