/** What can go wrong, told apart by who has to act: the owner of a file, or the author of a request. */
@NullMarked
package dev.hypersd.error;

import org.jspecify.annotations.NullMarked;
