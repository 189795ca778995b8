/** From the bytes of strangers to wishes. */
@NullMarked
package dev.hypersd.serve.intake;

import org.jspecify.annotations.NullMarked;
