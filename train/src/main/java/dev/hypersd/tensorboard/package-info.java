/** Writing event files that TensorBoard shows. */
@NullMarked
package dev.hypersd.tensorboard;

import org.jspecify.annotations.NullMarked;
