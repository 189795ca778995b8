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
import org.eclipse.jetty.server.ForwardedRequestCustomizer;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.websocket.core.server.WebSocketServerComponents;

/** How connections are treated before they are requests. */
final class JettyConfiguration {
    private static final int MOST = 1000;
    private static final int LONGEST_HEADERS = 8 << 10;
    /** When the server ends, pictures are done or refused already; their answers are still to be written. */
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(5);

    /** A picture is there by its deadline at the latest; then it has so long to be read. */
    private static final Duration SLOWEST_READER = Duration.ofMinutes(2);

    private static final Duration LIVE_IDLE = Duration.ofMinutes(10);

    private JettyConfiguration() {}

    static void configure(JettyConfig jetty, ServerOptions options) {
        Limits.Requests requests = options.limits().requests();
        jetty.host = options.host();
        jetty.port = options.port();
        jetty.modifyHttpConfiguration(http -> configure(http, options));
        jetty.modifyServer(server -> {
            server.addBean(new NetworkConnectionLimit(MOST, server));
            server.setErrorHandler(JettyConfiguration::explain);
            server.addEventListener(new LifeCycle.Listener() {
                @Override
                public void lifeCycleStarting(LifeCycle event) {
                    limitTime(server, options.limits());
                    refuseCompressedMessages(server);
                    server.insertHandler(new GracefulHandler());
                    server.setStopTimeout(LAST_ANSWERS.toMillis());
                }
            });
        });
        jetty.modifyServletContextHandler(context -> forgetVisitors(context.getSessionHandler()));
        jetty.modifyWebSocketServletFactory(factory -> {
            factory.setIdleTimeout(LIVE_IDLE);
            factory.setMaxTextMessageSize(requests.maxMessageBytes());
            factory.setMaxBinaryMessageSize(requests.maxMessageBytes());
            factory.setMaxFrameSize(requests.maxMessageBytes());
            factory.setAutoFragment(false);
        });
    }

    private static void configure(HttpConfiguration http, ServerOptions options) {
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(LONGEST_HEADERS);
        http.setIdleTimeout(options.limits().requests().timeout().toMillis());
        if (options.isBehindProxy()) {
            ForwardedRequestCustomizer proxy = new ForwardedRequestCustomizer();
            proxy.setForwardedOnly(false);
            proxy.setForwardedHeader(null);
            proxy.setForwardedHostHeader(null);
            proxy.setForwardedServerHeader(null);
            proxy.setForwardedPortHeader(null);
            http.addCustomizer(proxy);
        }
    }

    /** Every upgrade to WebSocket makes a session of the servlet kind, which nobody here needs: without a cookie, and gone after a minute. */
    private static void forgetVisitors(SessionHandler sessions) {
        sessions.setUsingCookies(false);
        sessions.setMaxInactiveInterval(60);
    }

    private static void limitTime(Server server, Limits limits) {
        Duration request = limits.requests().timeout();
        Duration answer = limits.generation().deadline().plus(SLOWEST_READER);
        Arrays.stream(server.getConnectors())
                .filter(AbstractConnector.class::isInstance)
                .map(AbstractConnector.class::cast)
                .forEach(connector -> {
                    connector.setIdleTimeout(request.toMillis());
                    connector.addBean(new SlowClientLimit(connector::getConnectedEndPoints, request, answer));
                });
    }

    /** Pictures are compressed as they are, and what a stranger's message unpacks to is nobody's to say beforehand. */
    private static void refuseCompressedMessages(Server server) {
        for (ContextHandler context : server.getDescendants(ContextHandler.class)) {
            WebSocketServerComponents.ensureWebSocketComponents(server, context)
                    .getExtensionRegistry()
                    .unregister("permessage-deflate");
        }
    }

    /** For requests that are too broken to reach a route. */
    private static boolean explain(Request request, Response response, Callback callback) {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        ApiError failure = ApiError.status(response.getStatus());
        response.write(true, ByteBuffer.wrap(Json.MAPPER.writeValueAsBytes(Responses.openAi(failure))), callback);
        return true;
    }
}
