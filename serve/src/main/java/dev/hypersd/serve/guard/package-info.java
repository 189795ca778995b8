/** Who may ask, from where, and how much of it. */
@NullMarked
package dev.hypersd.serve.guard;

import org.jspecify.annotations.NullMarked;
