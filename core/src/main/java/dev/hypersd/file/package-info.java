/** Writing files that appear complete or not at all. */
@NullMarked
package dev.hypersd.file;

import org.jspecify.annotations.NullMarked;
