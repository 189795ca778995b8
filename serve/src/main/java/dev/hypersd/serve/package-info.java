/**
 * An HTTP server that generates images: a page to draw on, the image API of OpenAI, the API of AUTOMATIC1111's web
 * interface, and live sessions over WebSocket.
 *
 * <p>{@link dev.hypersd.serve.Server} starts it, and {@link dev.hypersd.serve.StudyServer} starts the page of a
 * preference study; both are a {@code GuardedServer} with different routes. A request first passes the limits of a
 * connection ({@code JettyConfiguration}, {@code SlowClientLimit}) and the {@code AccessGuard}. A route in {@code
 * dev.hypersd.serve.api} reads its options, and {@link dev.hypersd.serve.queue} keeps it until its turn, generates the
 * images and returns them. {@link dev.hypersd.serve.registry} resolves names of models, LoRAs and ControlNets to files.
 * Every failure becomes one error in {@code dev.hypersd.serve.error}.
 */
@NullMarked
package dev.hypersd.serve;

import org.jspecify.annotations.NullMarked;
