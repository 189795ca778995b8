/**
 * The functions of oneDNN, called directly. The engine contains the same library but rearranges weights in every call,
 * has no products in INT8, and multiplies in F32 with another library.
 */
@NullMarked
package dev.hypersd.onednn;

import org.jspecify.annotations.NullMarked;
