package dev.hypersd.recipe;

import dev.hypersd.latents.LatentCache;
import dev.hypersd.training.Objective;

/** Opens the networks and the data of a recipe; only here is anything loaded. */
@FunctionalInterface
public interface Opening {
    /** @param encoding told how far pictures and captions have been encoded, where that is to be done first */
    Objective<?> open(LatentCache.Listener encoding);
}
