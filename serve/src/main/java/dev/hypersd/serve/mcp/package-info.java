/**
 * The Model Context Protocol, by which assistants use tools: the tools that draw, and the two ways in which messages
 * arrive, over HTTP and over standard input.
 *
 * <p>Messages, sessions and capabilities are those of the official SDK. The transports are this project's own, so that
 * requests pass the same guards, limits and queue as those of all other APIs, and can be cancelled.
 */
@NullMarked
package dev.hypersd.serve.mcp;

import org.jspecify.annotations.NullMarked;
