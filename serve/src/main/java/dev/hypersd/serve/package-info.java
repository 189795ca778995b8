/**
 * An HTTP server that generates images: a page to draw on, the image API of OpenAI, the API of AUTOMATIC1111's web
 * interface, and live sessions over WebSocket.
 *
 * <p>{@link dev.hypersd.serve.Server} starts all of it. A request first passes the limits of a connection
 * ({@code JettyConfiguration}, {@code SlowClientLimit}) and the {@code AccessGuard}. A route in
 * {@code dev.hypersd.serve.api} reads what is asked for, and {@link dev.hypersd.serve.queue} lets it wait for its turn,
 * generates the images and hands them back. Names of models, LoRAs and ControlNets become files in
 * {@link dev.hypersd.serve.registry}. Whatever fails on the way becomes one error in {@code dev.hypersd.serve.error}.
 */
@NullMarked
package dev.hypersd.serve;

import org.jspecify.annotations.NullMarked;
