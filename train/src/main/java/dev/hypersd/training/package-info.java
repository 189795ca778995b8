/**
 * The training loop. An {@link dev.hypersd.training.Objective} defines what is trained and with which losses; the
 * {@link dev.hypersd.training.Trainer} does everything else.
 */
@NullMarked
package dev.hypersd.training;

import org.jspecify.annotations.NullMarked;
