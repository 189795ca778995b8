package dev.hypersd.serve;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.serve.api.Automatic1111Routes;
import dev.hypersd.serve.api.Intake;
import dev.hypersd.serve.api.LiveRoutes;
import dev.hypersd.serve.api.OpenAiRoutes;
import dev.hypersd.serve.api.RequestMemory;
import dev.hypersd.serve.api.Responses;
import dev.hypersd.serve.error.ApiError;
import dev.hypersd.serve.metrics.Metrics;
import dev.hypersd.serve.queue.GenerationQueue;
import dev.hypersd.serve.registry.ModelRegistry;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.util.JavalinBindException;
import java.util.Map;
import java.util.concurrent.CompletionException;

/**
 * Pictures over HTTP and WebSocket.
 *
 * <p>Requests wait on virtual threads, pictures are drawn on the engine's. Safe to share.
 */
public final class Server implements AutoCloseable {
    private final GenerationQueue queue;
    private final Metrics metrics = new Metrics();
    private final ServerOptions options;
    private final AccessGuard guard;
    private final RequestMemory requestMemory;
    private final LiveRoutes live;
    private final AccessLog log;
    private final Javalin javalin;

    private Server(ModelRegistry registry, ServerOptions options) {
        this.options = options;
        this.guard = new AccessGuard(options.token(), options.hosts());
        this.log = new AccessLog(options.log(), metrics);
        this.queue = GenerationQueue.open(registry, options.limits(), metrics);
        this.requestMemory = new RequestMemory(options.limits());
        metrics.intake(requestMemory::held);
        this.live = new LiveRoutes(queue, requestMemory, metrics);
        this.javalin = Javalin.create(this::configure);
    }

    /**
     * Starts a server. It answers at once; pictures wait until the first model is loaded.
     *
     * @throws HyperSdException if the port is taken
     */
    public static Server start(ModelRegistry registry, ServerOptions options) {
        Server server = new Server(registry, options);
        try {
            server.javalin.start();
            return server;
        } catch (JavalinBindException e) {
            server.queue.close(options.grace());
            throw new HyperSdException(
                    "port %d of %s is taken or not allowed: choose another one"
                            .formatted(options.port(), options.host()),
                    e);
        }
    }

    /**
     * Waits until the first model is loaded and warm.
     *
     * @throws RuntimeException as loading it did, if it cannot be loaded
     */
    public void awaitReady() {
        try {
            queue.ready().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** The port that it listens at. */
    public int port() {
        return javalin.port();
    }

    /** Accepts nothing more, finishes what waits within the grace, refuses the rest, and ends. */
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
        config.http.maxRequestSize = options.limits().requests().maxBodyBytes();
        JettyConfiguration.configure(config.jetty, options);
        config.requestLogger.http(log::answered);
        config.routes.before(this::admit);
        config.routes.after(context -> Intake.of(context).close());
        config.routes.wsBeforeUpgrade(context -> {
            admit(context);
            live.check(context);
        });
        config.routes.exception(Exception.class, (e, context) -> Responses.failure(context, ApiError.of(e)));
        config.routes.error(404, context -> fill(context, 404));
        config.routes.error(405, context -> fill(context, 405));
        config.router.javaLangErrorHandler((response, error) -> {
            ApiError unexpected = ApiError.of(error);
            response.setStatus(unexpected.status());
        });
        register(config.routes);
    }

    private void register(RoutesConfig routes) {
        routes.get("/healthz", context -> Responses.json(context, Map.of("status", "alive")));
        routes.get("/readyz", this::readiness);
        routes.get(
                "/metrics", context -> context.contentType(Metrics.CONTENT_TYPE).result(metrics.text()));
        routes.post("/login", context -> Login.login(context, guard));
        new OpenAiRoutes(queue).register(routes);
        new Automatic1111Routes(queue).register(routes);
        live.register(routes);
        PageRoutes.register(routes);
    }

    private void admit(Context context) {
        requestMemory.open().attach(context);
        PageRoutes.secure(context);
        guard.check(context);
    }

    private void readiness(Context context) {
        context.status(queue.isReady() ? 200 : 503);
        Responses.json(context, Map.of("status", queue.isReady() ? "ready" : "loading or closing"));
    }

    /** Says in a sentence what Javalin says by the status alone; handlers that failed have said theirs. */
    private static void fill(Context context, int status) {
        if (!"application/json".equals(context.res().getContentType())) {
            Responses.failure(context, ApiError.status(status));
        }
    }
}
