/**
 * The kernels of oneDNN, called directly: products in BF16 and INT8 with weights that were arranged for them once. The
 * engine contains the same library but rearranges weights in every call.
 */
@NullMarked
package dev.hypersd.onednn;

import org.jspecify.annotations.NullMarked;
