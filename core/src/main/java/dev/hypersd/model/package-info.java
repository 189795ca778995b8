/**
 * Models as they lie on disk: their parts, the configuration of each, and the networks made of them.
 *
 * <p>Nothing is ever fetched: what is not in the directory is missing.
 */
@NullMarked
package dev.hypersd.model;

import org.jspecify.annotations.NullMarked;
