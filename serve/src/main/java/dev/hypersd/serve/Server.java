package dev.hypersd.serve;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.serve.api.Automatic1111Routes;
import dev.hypersd.serve.api.LiveRoutes;
import dev.hypersd.serve.api.OpenAiRoutes;
import dev.hypersd.serve.api.RequestMemory;
import dev.hypersd.serve.api.Responses;
import dev.hypersd.serve.error.ApiError;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.metrics.Metrics;
import dev.hypersd.serve.queue.GenerationQueue;
import dev.hypersd.serve.registry.ModelRegistry;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinBindException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.CompletionException;

/**
 * A server that generates images over HTTP and WebSocket.
 *
 * <p>Requests wait on virtual threads; images are generated on one platform thread. Safe to share.
 */
public final class Server implements AutoCloseable {
    private final Metrics metrics = new Metrics();
    private final ServerOptions options;
    private final AccessGuard guard;
    private final RequestMemory memory;
    private final GenerationQueue queue;
    private final LiveRoutes live;
    private final AccessLog log;
    private final Javalin javalin;

    private Server(ModelRegistry registry, ServerOptions options) {
        this.options = options;
        this.guard = new AccessGuard(options.token(), options.hosts(), options.origins());
        this.log = new AccessLog(options.log(), metrics);
        this.memory = new RequestMemory(options.limits().requests());
        metrics.requestMemory(memory::reserved);
        this.queue = GenerationQueue.open(registry, options.limits(), metrics);
        this.live = new LiveRoutes(queue, memory, metrics);
        this.javalin = Javalin.create(this::configure);
    }

    /**
     * Starts a server. It answers immediately; requests for images wait until the default model is loaded.
     *
     * @throws HyperSdException if the port is in use or not permitted
     */
    public static Server start(ModelRegistry registry, ServerOptions options) {
        Server server = new Server(registry, options);
        try {
            server.javalin.start();
            return server;
        } catch (JavalinBindException e) {
            server.queue.close(options.grace());
            throw new HyperSdException(
                    "port %d of %s is in use or not permitted: choose another port"
                            .formatted(options.port(), options.host()),
                    e);
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
        return javalin.port();
    }

    /** Accepts no more requests, completes waiting ones within the grace period, refuses the rest, and stops. */
    @Override
    public void close() {
        queue.close(options.grace());
        javalin.stop();
    }

    private void configure(JavalinConfig config) {
        config.concurrency.useVirtualThreads = true;
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.router.contextPath = options.basePath().isEmpty() ? "/" : options.basePath();
        config.http.maxRequestSize = options.limits().requests().maxBodyBytes();
        JettyConfiguration.configure(config.jetty, options);
        config.requestLogger.http(log::answered);
        config.routes.before(this::admit);
        config.routes.after(context -> RequestMemory.of(context).close());
        config.routes.wsBeforeUpgrade(this::beforeUpgrade);
        // Javalin would answer its own exceptions in its own form if only Exception were registered.
        config.routes.exception(HttpResponseException.class, Server::writeHttpError);
        config.routes.exception(Exception.class, Server::writeError);
        config.router.javaLangErrorHandler(
                (response, error) -> response.setStatus(ApiError.of(error).status()));
        register(config.routes);
    }

    private void register(RoutesConfig routes) {
        routes.get("/healthz", context -> Responses.json(context, Map.of("status", "alive")));
        routes.get("/readyz", this::readiness);
        routes.get(
                "/metrics", context -> context.contentType(Metrics.CONTENT_TYPE).result(metrics.text()));
        routes.post("/login", guard::login);
        new OpenAiRoutes(queue, options.hasAliases()).register(routes);
        new Automatic1111Routes(queue).register(routes);
        live.register(routes);
        PageRoutes.register(routes);
    }

    private void admit(Context context) {
        memory.open().attachTo(context);
        PageRoutes.setSecurityHeaders(context);
        guard.check(context);
    }

    private void beforeUpgrade(Context handshake) throws IOException {
        try {
            admit(handshake);
            live.beforeUpgrade(handshake);
        } catch (ApiException e) {
            // Javalin does not write the result of a handshake, so it is written here.
            writeError(e, handshake);
            InputStream body = handshake.resultInputStream();
            if (body != null) {
                body.transferTo(handshake.outputStream());
            }
            handshake.skipRemainingHandlers();
        }
    }

    private void readiness(Context context) {
        context.status(queue.isReady() ? 200 : 503);
        Responses.json(context, Map.of("status", queue.isReady() ? "ready" : "loading or closing"));
    }

    /**
     * Answers requests that Javalin refuses: for an address that does not exist, or a method that the address does not
     * accept.
     */
    private static void writeHttpError(HttpResponseException thrown, Context context) {
        if (thrown.getStatus() == ErrorCode.METHOD_NOT_ALLOWED.status()) {
            thrown.getDetails().values().forEach(methods -> context.header("Allow", methods));
        }
        writeError(thrown, context);
    }

    private static void writeError(Exception thrown, Context context) {
        Responses.error(context, ApiError.of(thrown));
    }
}
