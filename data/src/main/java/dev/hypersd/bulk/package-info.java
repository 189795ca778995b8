/**
 * Many pictures from a file of prompts: drawn in batches, kept in folders or tar files, and not drawn again when an
 * interrupted run continues.
 */
@NullMarked
package dev.hypersd.bulk;

import org.jspecify.annotations.NullMarked;
