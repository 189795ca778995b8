/**
 * Reward models: networks that give a picture a score, higher for a better one, which is differentiable with respect to
 * its pixels. CLIP scores how well pictures fit texts, and a head on CLIP's embeddings scores how well they look.
 */
@NullMarked
package dev.hypersd.judge.reward;

import org.jspecify.annotations.NullMarked;
