package dev.hypersd.serve;

import dev.hypersd.json.Json;
import dev.hypersd.serve.api.Responses;
import dev.hypersd.serve.error.ApiError;
import dev.hypersd.serve.queue.Limits;
import io.javalin.config.JettyConfig;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.eclipse.jetty.ee10.servlet.SessionHandler;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ThreadPool;
import org.eclipse.jetty.websocket.core.server.WebSocketServerComponents;

/** Configures Jetty: addresses, limits of connections, headers and WebSocket messages, and errors before any route. */
final class JettyConfiguration {
    private static final int MAX_CONNECTIONS = 1000;
    /** More threads than Jetty itself needs. */
    private static final int MAX_OWN_THREADS = 50;

    private static final int MAX_HEADER_BYTES = 8 << 10;
    /** The time for writing responses when Jetty stops; all jobs are completed or refused before. */
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    /** The time in which a client must read a response, which begins at the deadline of its job at the latest. */
    private static final Duration RESPONSE_TIMEOUT = Duration.ofMinutes(2);

    private static final Duration LIVE_IDLE_TIMEOUT = Duration.ofMinutes(10);

    private JettyConfiguration() {}

    static void configure(JettyConfig jetty, ServerOptions options) {
        Limits.Requests requests = options.limits().requests();
        jetty.threadPool = threads();
        jetty.host = options.host();
        jetty.port = options.port();
        jetty.modifyHttpConfiguration(http -> configure(http, options));
        jetty.modifyServer(server -> {
            server.addBean(new NetworkConnectionLimit(MAX_CONNECTIONS, server));
            server.setErrorHandler(JettyConfiguration::writeError);
            server.addEventListener(new LifeCycle.Listener() {
                @Override
                public void lifeCycleStarting(LifeCycle event) {
                    limit(server, options);
                    disableMessageCompression(server);
                    server.insertHandler(new GracefulHandler());
                    server.setStopTimeout(STOP_TIMEOUT.toMillis());
                }
            });
        });
        jetty.modifyServletContextHandler(context -> configureSessions(context.getSessionHandler()));
        jetty.modifyWebSocketServletFactory(factory -> {
            factory.setIdleTimeout(LIVE_IDLE_TIMEOUT);
            factory.setMaxTextMessageSize(requests.maxMessageBytes());
            factory.setMaxBinaryMessageSize(requests.maxMessageBytes());
            factory.setMaxFrameSize(requests.maxMessageBytes());
            factory.setAutoFragment(false);
        });
    }

    /**
     * Returns a pool with a platform thread for each connection. Requests do work that takes time, such as resizing and
     * encoding images. On virtual threads, two of them would occupy the few threads that carry all others, and nobody
     * would be answered; the system shares the cores among platform threads.
     */
    private static ThreadPool threads() {
        QueuedThreadPool threads = new QueuedThreadPool(MAX_CONNECTIONS + MAX_OWN_THREADS);
        threads.setName("hypersd-http");
        threads.setDaemon(true);
        return threads;
    }

    private static void configure(HttpConfiguration http, ServerOptions options) {
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(MAX_HEADER_BYTES);
        http.setIdleTimeout(options.limits().requests().timeout().toMillis());
        http.addCustomizer(new ProxyHeaders(options.proxies()));
    }

    /**
     * Limits the servlet session that each upgrade to WebSocket creates and that is not used: it sets no cookie and
     * ends after a minute.
     */
    private static void configureSessions(SessionHandler sessions) {
        sessions.setUsingCookies(false);
        sessions.setMaxInactiveInterval(60);
    }

    /** Limits the connections of each address, and the time that a request on a connection may take. */
    private static void limit(Server server, ServerOptions options) {
        Limits limits = options.limits();
        Duration maxRequest = limits.requests().timeout();
        Duration maxResponse = limits.generation().deadline().plus(RESPONSE_TIMEOUT);
        Arrays.stream(server.getConnectors())
                .filter(AbstractConnector.class::isInstance)
                .map(AbstractConnector.class::cast)
                .forEach(connector -> {
                    connector.setIdleTimeout(maxRequest.toMillis());
                    connector.addBean(new SlowClientLimit(connector::getConnectedEndPoints, maxRequest, maxResponse));
                    connector.addBean(
                            new AddressLimit(connector::getConnectedEndPoints, options.proxies(), System::nanoTime));
                });
    }

    /**
     * Disables the compression of messages: images are compressed already, and a hostile message could unpack to any
     * size.
     */
    private static void disableMessageCompression(Server server) {
        for (ContextHandler context : server.getDescendants(ContextHandler.class)) {
            WebSocketServerComponents.ensureWebSocketComponents(server, context)
                    .getExtensionRegistry()
                    .unregister("permessage-deflate");
        }
    }

    /** Answers requests that are too malformed to reach a route. */
    private static boolean writeError(Request request, Response response, Callback callback) {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        ApiError error = ApiError.ofStatus(response.getStatus());
        response.write(true, ByteBuffer.wrap(Json.MAPPER.writeValueAsBytes(Responses.openAi(error))), callback);
        return true;
    }
}
