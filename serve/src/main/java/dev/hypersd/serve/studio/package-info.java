/** Where pictures are drawn: a bounded queue with fair turns, one after another, on a thread of its own. */
@NullMarked
package dev.hypersd.serve.studio;

import org.jspecify.annotations.NullMarked;
