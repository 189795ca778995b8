/** Live sessions over WebSocket: the picture follows what is typed and drawn. */
@NullMarked
package dev.hypersd.serve.live;

import org.jspecify.annotations.NullMarked;
