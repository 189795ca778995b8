/** The server: pictures over HTTP and WebSocket, and a page to draw on. */
@NullMarked
package dev.hypersd.serve;

import org.jspecify.annotations.NullMarked;
