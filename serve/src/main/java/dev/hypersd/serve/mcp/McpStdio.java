package dev.hypersd.serve.mcp;

import dev.hypersd.serve.api.RequestMemory;
import dev.hypersd.serve.error.ApiError;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.GenerationQueue;
import dev.hypersd.serve.queue.Limits;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import io.modelcontextprotocol.spec.McpServerSession;
import io.modelcontextprotocol.spec.McpServerTransport;
import io.modelcontextprotocol.spec.McpServerTransportProvider;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The Model Context Protocol over standard input and output: one client, which started this program, and one message in
 * each line. Calls are carried out side by side, each on a thread of its own, so that the client can cancel them.
 */
public final class McpStdio implements McpServerTransportProvider {
    /** The client, for the queue. */
    private static final String CLIENT = "stdio";

    private final InputStream in;
    private final OutputStream out;
    private final Limits.Requests limits;
    private final RequestMemory memory;
    private final McpCalls calls = new McpCalls();
    private final ExecutorService threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().name("hypersd-mcp-", 0).daemon().factory());

    private @Nullable McpServerSession session;
    private volatile boolean hasEnded;

    /** Makes a server that draws in {@code queue}, reads messages from {@code in} and writes them to {@code out}. */
    public McpStdio(GenerationQueue queue, InputStream in, OutputStream out) {
        this.in = new BufferedInputStream(in);
        this.out = out;
        this.limits = queue.limits().requests();
        this.memory = new RequestMemory(limits);
        McpServer.SyncSpecification<?> server = McpServer.sync(this);
        new McpTools(queue, McpPictures.IN_FILES).addTo(server);
        var _ = server.build();
    }

    /** Answers messages until the input ends, which is how the client says that it has left. */
    public void run() throws IOException {
        try {
            for (Optional<byte[]> line = readLine(); line.isPresent(); line = readLine()) {
                receive(line.get());
            }
        } finally {
            hasEnded = true;
            calls.cancelAll(CLIENT);
            threads.shutdownNow();
            memory.close();
        }
    }

    /**
     * Reads a line; of one that is too long, the rest is skipped, and the client is told.
     *
     * @return empty at the end of the input
     */
    private Optional<byte[]> readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean isTooLong = false;
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next == '\n') {
                if (!isTooLong) {
                    return Optional.of(line.toByteArray());
                }
                refuse(new ApiException(
                        ErrorCode.REQUEST_TOO_LARGE,
                        "the message is larger than the %d bytes that are read".formatted(limits.maxBodyBytes())));
                line.reset();
                isTooLong = false;
            } else if (line.size() < limits.maxBodyBytes()) {
                line.write(next);
            } else {
                isTooLong = true;
            }
        }
        return line.size() == 0 || isTooLong ? Optional.empty() : Optional.of(line.toByteArray());
    }

    private void receive(byte[] line) {
        if (new String(line, StandardCharsets.UTF_8).isBlank()) {
            return;
        }
        JSONRPCMessage message;
        try {
            message = McpMessages.parse(line);
        } catch (RuntimeException e) {
            refuse(e);
            return;
        }
        McpServerSession present = Objects.requireNonNull(session, "the server is built");
        switch (message) {
            case JSONRPCRequest request
            when !request.method().equals(McpSchema.METHOD_INITIALIZE) -> answer(present, request, line.length);
            case JSONRPCNotification notification when calls.cancel(CLIENT, notification) -> {
                // The handler of the call notices it.
            }
            default -> present.handle(message).block();
        }
    }

    /** Answers a request on a thread of its own; it can be cancelled from now on. */
    private void answer(McpServerSession present, JSONRPCRequest request, int length) {
        McpCall call = McpCall.open(memory, CLIENT, () -> hasEnded);
        McpCalls.Begun begun = calls.begin(CLIENT, request.id(), call);
        threads.execute(() -> {
            try (call;
                    begun) {
                call.memory().reserveBody(length);
                present.handle(request).contextWrite(call::in).block();
            } catch (ApiException e) {
                write(McpMessages.refusal(Optional.of(request.id()), ApiError.of(e)));
            }
        });
    }

    private void refuse(RuntimeException failure) {
        write(McpMessages.refusal(Optional.empty(), ApiError.of(failure)));
    }

    private void write(String message) {
        synchronized (out) {
            try {
                out.write((message + "\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void setSessionFactory(McpServerSession.Factory factory) {
        this.session = factory.create(new Lines());
    }

    @Override
    public Mono<Void> notifyClients(String method, Object parameters) {
        return Mono.empty();
    }

    @Override
    public Mono<Void> closeGracefully() {
        return Mono.empty();
    }

    /** Writes messages, each in one line. A call that was cancelled gets no result. */
    private final class Lines implements McpServerTransport {
        @Override
        public Mono<Void> sendMessage(JSONRPCMessage message) {
            return Mono.fromRunnable(() -> {
                if (!(message instanceof JSONRPCResponse response && calls.isCancelled(CLIENT, response.id()))) {
                    write(McpMessages.text(message));
                }
            });
        }

        @Override
        public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
            return McpMessages.MAPPER.convertValue(data, type);
        }

        @Override
        public Mono<Void> closeGracefully() {
            return Mono.empty();
        }
    }
}
