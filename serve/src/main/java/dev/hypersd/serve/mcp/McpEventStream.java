package dev.hypersd.serve.mcp;

import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpStreamableServerTransport;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The answer to one request as a stream of server-sent events. A call that was cancelled gets no result. */
final class McpEventStream implements McpStreamableServerTransport {
    private final OutputStream out;
    private final McpCall call;

    McpEventStream(OutputStream out, McpCall call) {
        this.out = out;
        this.call = call;
    }

    @Override
    public Mono<Void> sendMessage(JSONRPCMessage message) {
        return sendMessage(message, null);
    }

    @Override
    public Mono<Void> sendMessage(JSONRPCMessage message, @Nullable String id) {
        return Mono.fromRunnable(() -> {
            if (!(message instanceof JSONRPCResponse && call.isCancelled())) {
                write(McpMessages.text(message));
            }
        });
    }

    private void write(String message) {
        try {
            out.write("event: message\ndata: %s\n\n".formatted(message).getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
        return McpMessages.MAPPER.convertValue(data, type);
    }

    /** Does nothing: the stream ends with the request that it answers. */
    @Override
    public Mono<Void> closeGracefully() {
        return Mono.empty();
    }
}
