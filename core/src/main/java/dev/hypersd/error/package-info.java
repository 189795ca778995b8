/**
 * The exceptions of this library, distinguished by who can correct the cause: the owner of a file, or the author of a
 * request.
 */
@NullMarked
package dev.hypersd.error;

import org.jspecify.annotations.NullMarked;
