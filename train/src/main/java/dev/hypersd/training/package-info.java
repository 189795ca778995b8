/**
 * The one training loop. An {@link dev.hypersd.training.Objective} says what is trained and with which loss; the {@link
 * dev.hypersd.training.Trainer} does everything else.
 */
@NullMarked
package dev.hypersd.training;

import org.jspecify.annotations.NullMarked;
