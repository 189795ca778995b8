/** Writing files that appear complete or not at all, by one run at a time. */
@NullMarked
package dev.hypersd.file;

import org.jspecify.annotations.NullMarked;
