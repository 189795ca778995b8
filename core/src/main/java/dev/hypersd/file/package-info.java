/** Files that appear whole or not at all. */
@NullMarked
package dev.hypersd.file;

import org.jspecify.annotations.NullMarked;
