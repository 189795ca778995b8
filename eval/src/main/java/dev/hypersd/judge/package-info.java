/** Networks that look at pictures, each in a package of its own, and the convolutions that several of them begin with. */
@NullMarked
package dev.hypersd.judge;

import org.jspecify.annotations.NullMarked;
