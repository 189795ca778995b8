/** The API of AUTOMATIC1111's web interface, as far as front ends use it. */
@NullMarked
package dev.hypersd.serve.automatic;

import org.jspecify.annotations.NullMarked;
