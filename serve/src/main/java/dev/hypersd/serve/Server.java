package dev.hypersd.serve;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.serve.api.Automatic1111Routes;
import dev.hypersd.serve.api.ComfyRoutes;
import dev.hypersd.serve.api.ExplanationRoutes;
import dev.hypersd.serve.api.JobRoutes;
import dev.hypersd.serve.api.LiveRoutes;
import dev.hypersd.serve.api.OpenAiRoutes;
import dev.hypersd.serve.api.RequestMemory;
import dev.hypersd.serve.api.Responses;
import dev.hypersd.serve.mcp.McpRoutes;
import dev.hypersd.serve.metrics.Metrics;
import dev.hypersd.serve.queue.GenerationQueue;
import dev.hypersd.serve.registry.ModelRegistry;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Map;
import java.util.concurrent.CompletionException;

/**
 * A server that generates images over HTTP and WebSocket.
 *
 * <p>Requests are answered on a thread each; images are generated on one of their own. Safe to share.
 */
public final class Server implements AutoCloseable {
    private final Metrics metrics = new Metrics();
    private final ServerOptions options;
    private final RequestMemory memory;
    private final GenerationQueue queue;
    private final LiveRoutes live;
    private final GuardedServer http;

    private Server(ModelRegistry registry, ServerOptions options) {
        this.options = options;
        this.memory = new RequestMemory(options.limits().requests());
        metrics.requestMemory(memory::reserved);
        this.queue = GenerationQueue.open(registry, options.limits(), metrics, options.warmUp());
        this.live = new LiveRoutes(queue, memory, metrics);
        this.http = new GuardedServer(options, metrics, memory, this::register, live::beforeUpgrade);
    }

    /**
     * Starts a server. It answers immediately; requests for images wait until the default model is loaded.
     *
     * @throws HyperSdException if the port is in use or not permitted
     */
    public static Server start(ModelRegistry registry, ServerOptions options) {
        Server server = new Server(registry, options);
        try {
            server.http.start();
            return server;
        } catch (HyperSdException e) {
            server.queue.close(options.grace());
            throw e;
        }
    }

    /**
     * Waits until the default model is loaded and warmed up.
     *
     * @throws RuntimeException the error that loading the model threw
     */
    public void awaitReady() {
        try {
            queue.ready().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** Returns the port on which the server listens. */
    public int port() {
        return http.port();
    }

    /** Accepts no more requests, completes waiting ones within the grace period, refuses the rest, and stops. */
    @Override
    public void close() {
        memory.close();
        queue.close(options.grace());
        http.stop();
    }

    private void register(RoutesConfig routes) {
        routes.get("/readyz", this::readiness);
        routes.get(
                "/metrics", context -> context.contentType(Metrics.CONTENT_TYPE).result(metrics.text()));
        new OpenAiRoutes(queue, options.hasAliases()).register(routes);
        new Automatic1111Routes(queue).register(routes);
        new JobRoutes(queue, memory).register(routes);
        new ComfyRoutes(queue, memory).register(routes);
        new ExplanationRoutes(queue).register(routes);
        new McpRoutes(queue).register(routes);
        live.register(routes);
        PageRoutes.DRAWING.register(routes);
    }

    private void readiness(Context context) {
        context.status(queue.isReady() ? 200 : 503);
        Responses.json(context, Map.of("status", queue.isReady() ? "ready" : "loading or closing"));
    }
}
