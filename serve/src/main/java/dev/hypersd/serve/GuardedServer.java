package dev.hypersd.serve;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.json.Json;
import dev.hypersd.serve.api.RequestMemory;
import dev.hypersd.serve.api.Responses;
import dev.hypersd.serve.api.Sender;
import dev.hypersd.serve.error.ApiError;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.metrics.Metrics;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.util.JavalinBindException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The part that all servers of this project share: the limits of connections and requests, the guard, the access log,
 * and one form of errors. Each request has a thread.
 */
final class GuardedServer {
    private final ServerOptions options;
    private final AccessGuard guard;
    private final RequestMemory memory;
    private final AccessLog log;
    private final Consumer<RoutesConfig> routes;
    private final Consumer<Context> upgrades;
    private final Javalin javalin;

    /**
     * Prepares a server.
     *
     * @param memory the memory for the contents of requests
     * @param routes adds the routes that are served
     * @param upgrades refuses, by an {@link ApiException}, upgrades to WebSocket that are not permitted
     */
    GuardedServer(
            ServerOptions options,
            Metrics metrics,
            RequestMemory memory,
            Consumer<RoutesConfig> routes,
            Consumer<Context> upgrades) {
        this.options = options;
        this.guard = new AccessGuard(
                options.token(), options.hosts(), options.origins(), new TokenThrottle(System::nanoTime));
        this.memory = memory;
        this.log = new AccessLog(options.log(), metrics);
        this.routes = routes;
        this.upgrades = upgrades;
        this.javalin = Javalin.create(this::configure);
    }

    /**
     * Starts to answer.
     *
     * @throws HyperSdException if the port is in use or not permitted
     */
    void start() {
        try {
            javalin.start();
        } catch (JavalinBindException e) {
            throw new HyperSdException(
                    "port %d of %s is in use or not permitted: choose another port"
                            .formatted(options.port(), options.host()),
                    e);
        }
    }

    /** Returns the port on which the server listens. */
    int port() {
        return javalin.port();
    }

    /** Accepts no more requests, and writes the responses of those that are being answered. */
    void stop() {
        javalin.stop();
    }

    private void configure(JavalinConfig config) {
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
        config.routes.exception(HttpResponseException.class, GuardedServer::writeHttpError);
        config.routes.exception(Exception.class, GuardedServer::writeError);
        config.router.javaLangErrorHandler(GuardedServer::writeError);
        config.routes.get("/healthz", context -> Responses.json(context, Map.of("status", "alive")));
        config.routes.post("/login", guard::login);
        routes.accept(config.routes);
    }

    private void admit(Context context) {
        memory.open(Sender.of(context)).attachTo(context);
        PageRoutes.setSecurityHeaders(context);
        guard.check(context);
    }

    private void beforeUpgrade(Context handshake) throws IOException {
        try {
            admit(handshake);
            upgrades.accept(handshake);
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

    /** Answers where the memory or the stack did not suffice, in the form of OpenAI, as the address is not at hand. */
    private static void writeError(HttpServletResponse response, Error thrown) {
        ApiError error = ApiError.of(thrown);
        response.setStatus(error.status());
        response.setContentType("application/json");
        try {
            response.getOutputStream().write(Json.MAPPER.writeValueAsBytes(Responses.openAi(error)));
        } catch (IOException e) {
            // The client has left.
        }
    }

    private static void writeError(Exception thrown, Context context) {
        Responses.error(context, ApiError.of(thrown));
    }
}
