/**
 * Finds objects with their masks, as SOLO does (Wang et al., 2020): every cell of a grid says what object has its centre there, and brings a
 * filter that draws its mask from features that all share.
 */
@NullMarked
package dev.hypersd.judge.detection;

import org.jspecify.annotations.NullMarked;
