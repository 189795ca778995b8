/** JSON files from strangers: read strictly, within limits, with errors that name file and key. */
@NullMarked
package dev.hypersd.json;

import org.jspecify.annotations.NullMarked;
