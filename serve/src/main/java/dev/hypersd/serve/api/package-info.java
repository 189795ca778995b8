/**
 * The APIs of the server: OpenAI's image API, AUTOMATIC1111's API, a part of ComfyUI's, jobs by id, and live sessions
 * over WebSocket; and the routes of preference studies, which have a server of their own.
 *
 * <p>Each has its routes and a reader of its request fields; they share how bodies and images are read within limits
 * and how responses and errors are written.
 */
@NullMarked
package dev.hypersd.serve.api;

import org.jspecify.annotations.NullMarked;
