package dev.hypersd.serve.mcp;

import dev.hypersd.serve.api.RequestBody;
import dev.hypersd.serve.api.RequestMemory;
import dev.hypersd.serve.api.Sender;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.GenerationQueue;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.InitializeRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpStreamableServerSession;
import io.modelcontextprotocol.spec.McpStreamableServerSession.McpStreamableServerSessionInit;
import java.io.IOException;
import java.util.Optional;

/**
 * {@code /mcp}: the Model Context Protocol over HTTP ("Streamable HTTP"). Each message is a request of its own. A call
 * is answered by a stream of server-sent events, with its progress and its result; the client cancels it by a
 * notification, or by leaving. The server begins nothing by itself, so there is no stream to listen at ({@code GET}).
 */
public final class McpRoutes {
    private static final String PATH = "/mcp";
    private static final String SESSION = "Mcp-Session-Id";
    private static final int ACCEPTED = 202;

    private final McpSessions sessions = new McpSessions();
    private final McpCalls calls = new McpCalls();

    /** Makes routes that draw in {@code queue}. */
    public McpRoutes(GenerationQueue queue) {
        McpServer.SyncSpecification<?> server = McpServer.sync(sessions);
        new McpTools(queue, McpPictures.IN_BASE64).addTo(server);
        var _ = server.build();
    }

    /** Adds the routes. */
    public void register(RoutesConfig routes) {
        routes.post(PATH, this::message);
        routes.delete(PATH, this::end);
    }

    private void message(Context context) throws IOException {
        switch (McpMessages.parse(RequestBody.jsonBytes(context))) {
            case JSONRPCRequest request
            when request.method().equals(McpSchema.METHOD_INITIALIZE) -> begin(context, request);
            case JSONRPCRequest request -> answer(context, session(context), request);
            case JSONRPCNotification notification -> {
                McpStreamableServerSession session = session(context);
                if (!calls.cancel(session.getId(), notification)) {
                    session.accept(notification).block();
                }
                context.status(ACCEPTED);
            }
            case JSONRPCResponse response -> {
                session(context).accept(response).block();
                context.status(ACCEPTED);
            }
            default -> throw new ApiException(ErrorCode.MALFORMED, "the message is of no known kind");
        }
    }

    private void begin(Context context, JSONRPCRequest request) {
        McpStreamableServerSessionInit begun = sessions.begin(asked(request));
        context.header(SESSION, begun.session().getId());
        context.contentType("application/json")
                .result(McpMessages.text(
                        JSONRPCResponse.result(request.id(), begun.initResult().block())));
    }

    private static InitializeRequest asked(JSONRPCRequest request) {
        InitializeRequest asked;
        try {
            asked = McpMessages.MAPPER.convertValue(request.params(), new TypeRef<InitializeRequest>() {});
        } catch (IllegalArgumentException e) {
            asked = null;
        }
        if (asked == null
                || asked.protocolVersion() == null
                || asked.capabilities() == null
                || asked.clientInfo() == null) {
            throw new ApiException(ErrorCode.MALFORMED, "the parameters of initialize are not those of the protocol");
        }
        return asked;
    }

    private void answer(Context context, McpStreamableServerSession session, JSONRPCRequest request)
            throws IOException {
        context.contentType("text/event-stream");
        context.header("Cache-Control", "no-cache");
        Sender sender = Sender.of(context);
        McpCall call = McpCall.of(context.ip(), RequestMemory.of(context), sender.hasLeft());
        McpEventStream stream = new McpEventStream(context.res().getOutputStream(), call);
        try (McpCalls.Begun begun = calls.begin(session.getId(), request.id(), call)) {
            session.responseStream(stream)
                    .handle(request)
                    .contextWrite(call::in)
                    .block();
        }
    }

    private void end(Context context) {
        McpStreamableServerSession session = session(context);
        calls.cancelAll(session.getId());
        sessions.end(session);
    }

    private McpStreamableServerSession session(Context context) {
        String id = Optional.ofNullable(context.header(SESSION))
                .orElseThrow(() -> new ApiException(
                        ErrorCode.MALFORMED,
                        "the request names no session: send initialize first, and then the header " + SESSION
                                + " that its answer has"));
        return sessions.find(id)
                .orElseThrow(() -> new ApiException(
                        ErrorCode.NOT_FOUND, "there is no such session any more: send initialize to begin another"));
    }
}
