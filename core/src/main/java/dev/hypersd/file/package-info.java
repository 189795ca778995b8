/** Files that appear complete or not at all, by one run at a time, and what a download may leave in place of one. */
@NullMarked
package dev.hypersd.file;

import org.jspecify.annotations.NullMarked;
