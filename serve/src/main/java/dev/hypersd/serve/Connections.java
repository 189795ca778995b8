package dev.hypersd.serve;

import dev.hypersd.json.Json;
import dev.hypersd.serve.answer.Answers;
import dev.hypersd.serve.answer.Failure;
import io.javalin.config.JettyConfig;
import io.javalin.config.SizeUnit;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;

/** How connections are treated before they are requests. */
final class Connections {
    private static final int MOST = 1000;
    private static final int LONGEST_HEADERS = 8 << 10;
    private static final Duration LIVE_IDLE = Duration.ofMinutes(10);

    private Connections() {}

    static void configure(JettyConfig jetty, ServerOptions options) {
        jetty.host = options.host();
        jetty.port = options.port();
        jetty.modifyHttpConfiguration(http -> {
            http.setSendServerVersion(false);
            http.setRequestHeaderSize(LONGEST_HEADERS);
            http.setIdleTimeout(options.limits().reading().toMillis());
        });
        jetty.multipartConfig.maxFileSize(options.limits().body(), SizeUnit.BYTES);
        jetty.multipartConfig.maxTotalRequestSize(options.limits().body(), SizeUnit.BYTES);
        jetty.multipartConfig.maxInMemoryFileSize(options.limits().body(), SizeUnit.BYTES);
        jetty.modifyServer(server -> {
            server.addBean(new NetworkConnectionLimit(MOST, server));
            server.setErrorHandler(Connections::explain);
            server.addEventListener(new LifeCycle.Listener() {
                @Override
                public void lifeCycleStarting(LifeCycle event) {
                    limitSilence(server, options);
                }
            });
        });
        jetty.modifyWebSocketServletFactory(factory -> {
            factory.setIdleTimeout(LIVE_IDLE);
            factory.setMaxTextMessageSize(options.limits().message());
            factory.setMaxBinaryMessageSize(options.limits().message());
            factory.setMaxFrameSize(options.limits().message());
            factory.setAutoFragment(false);
        });
    }

    private static void limitSilence(Server server, ServerOptions options) {
        for (Connector connector : server.getConnectors()) {
            if (connector instanceof AbstractConnector each) {
                each.setIdleTimeout(options.limits().reading().toMillis());
            }
        }
    }

    /** For requests that are too broken to reach a route. */
    private static boolean explain(Request request, Response response, Callback callback) {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        Failure failure = Failure.status(response.getStatus());
        response.write(true, ByteBuffer.wrap(Json.MAPPER.writeValueAsBytes(Answers.openAi(failure))), callback);
        return true;
    }
}
