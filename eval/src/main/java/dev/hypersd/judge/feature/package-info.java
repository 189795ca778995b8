/**
 * Judges that describe pictures by vectors, on which distances between sets of pictures are measured: the Inception
 * network of FID (Heusel et al., 2017) and the CLIP of CMMD (Jayasumana et al., 2024).
 */
@NullMarked
package dev.hypersd.judge.feature;

import org.jspecify.annotations.NullMarked;
