package dev.hypersd.serve;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.serve.answer.Answers;
import dev.hypersd.serve.answer.Failure;
import dev.hypersd.serve.automatic.AutomaticRoutes;
import dev.hypersd.serve.catalogue.Catalogue;
import dev.hypersd.serve.guard.Guard;
import dev.hypersd.serve.intake.Intake;
import dev.hypersd.serve.intake.Reception;
import dev.hypersd.serve.live.LiveRoutes;
import dev.hypersd.serve.metrics.Metrics;
import dev.hypersd.serve.openai.OpenAiRoutes;
import dev.hypersd.serve.studio.Studio;
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
    private final Studio studio;
    private final Metrics metrics = new Metrics();
    private final ServerOptions options;
    private final Guard guard;
    private final Reception reception;
    private final LiveRoutes live;
    private final AccessLog log;
    private final Javalin javalin;

    private Server(Catalogue catalogue, ServerOptions options) {
        this.options = options;
        this.guard = new Guard(options.token(), options.hosts());
        this.log = new AccessLog(options.log(), metrics);
        this.studio = Studio.open(catalogue, options.limits(), metrics);
        this.reception = new Reception(options.limits());
        metrics.intake(reception::held);
        this.live = new LiveRoutes(studio, reception, metrics);
        this.javalin = Javalin.create(this::configure);
    }

    /**
     * Starts a server. It answers at once; pictures wait until the first model is loaded.
     *
     * @throws HyperSdException if the port is taken
     */
    public static Server start(Catalogue catalogue, ServerOptions options) {
        Server server = new Server(catalogue, options);
        try {
            server.javalin.start();
            return server;
        } catch (JavalinBindException e) {
            server.studio.close(options.grace());
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
            studio.ready().join();
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
        studio.close(options.grace());
        javalin.stop();
    }

    private void configure(JavalinConfig config) {
        config.concurrency.useVirtualThreads = true;
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.http.maxRequestSize = options.limits().reading().body();
        Connections.configure(config.jetty, options);
        config.requestLogger.http(log::answered);
        config.routes.before(this::admit);
        config.routes.after(context -> Intake.of(context).close());
        config.routes.wsBeforeUpgrade(context -> {
            admit(context);
            live.check(context);
        });
        config.routes.exception(Exception.class, (e, context) -> Answers.failure(context, Failure.of(e)));
        config.routes.error(404, context -> fill(context, 404));
        config.routes.error(405, context -> fill(context, 405));
        config.router.javaLangErrorHandler((response, error) -> {
            Failure unexpected = Failure.of(error);
            response.setStatus(unexpected.status());
        });
        register(config.routes);
    }

    private void register(RoutesConfig routes) {
        routes.get("/healthz", context -> Answers.json(context, Map.of("status", "alive")));
        routes.get("/readyz", this::readiness);
        routes.get(
                "/metrics", context -> context.contentType(Metrics.CONTENT_TYPE).result(metrics.text()));
        routes.post("/login", context -> Login.login(context, guard));
        new OpenAiRoutes(studio).register(routes);
        new AutomaticRoutes(studio).register(routes);
        live.register(routes);
        Page.register(routes);
    }

    private void admit(Context context) {
        reception.open().attach(context);
        Page.secure(context);
        guard.check(context);
    }

    private void readiness(Context context) {
        context.status(studio.isReady() ? 200 : 503);
        Answers.json(context, Map.of("status", studio.isReady() ? "ready" : "loading or closing"));
    }

    /** Says in a sentence what Javalin says by the status alone; handlers that failed have said theirs. */
    private static void fill(Context context, int status) {
        if (!"application/json".equals(context.res().getContentType())) {
            Answers.failure(context, Failure.status(status));
        }
    }
}
