package dev.hypersd.recipe;

import dev.hypersd.training.OptimiserSettings;

/**
 * What every objective is told.
 *
 * @param seed of everything random
 * @param average decay of the averaged weights
 */
record CommonSettings(int seed, double average, OptimiserSettings optimiser) {}
