package dev.hypersd.serve.mcp;

import dev.hypersd.serve.api.RequestMemory;
import dev.hypersd.serve.api.Sender;
import dev.hypersd.serve.queue.Client;
import dev.hypersd.serve.queue.Network;
import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.server.McpSyncServerExchange;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import reactor.util.context.Context;

/** A call of a client in progress: who made it, what it holds, and whether somebody still waits for its result. */
final class McpCall implements AutoCloseable {
    private static final String KEY = "hypersd-call";

    private final Client client;
    private final RequestMemory.Reservation memory;
    private final BooleanSupplier hasLeft;
    private final AtomicBoolean isCancelled;

    private McpCall(
            Client client, RequestMemory.Reservation memory, BooleanSupplier hasLeft, AtomicBoolean isCancelled) {
        this.client = client;
        this.memory = memory;
        this.hasLeft = hasLeft;
        this.isCancelled = isCancelled;
    }

    /**
     * Opens a call, with no memory reserved.
     *
     * @param address the address of the client
     * @param hasLeft tells whether the client has left
     */
    static McpCall open(RequestMemory memory, String address, BooleanSupplier hasLeft) {
        AtomicBoolean isCancelled = new AtomicBoolean();
        BooleanSupplier isOver = () -> isCancelled.get() || hasLeft.getAsBoolean();
        return new McpCall(
                Client.of(address), memory.open(new Sender(Network.of(address), isOver)), isOver, isCancelled);
    }

    /**
     * Returns a call of a request that has reserved memory already, and releases it itself.
     *
     * @param hasLeft tells whether the client has left
     */
    static McpCall of(String address, RequestMemory.Reservation memory, BooleanSupplier hasLeft) {
        AtomicBoolean isCancelled = new AtomicBoolean();
        return new McpCall(Client.of(address), memory, () -> isCancelled.get() || hasLeft.getAsBoolean(), isCancelled);
    }

    /** Returns the call that the handler of a tool carries out. */
    static McpCall of(McpSyncServerExchange exchange) {
        return (McpCall)
                Objects.requireNonNull(exchange.transportContext().get(KEY), "the tool was called by no client");
    }

    /** Returns a context in which handlers find this call. */
    Context in(Context context) {
        return context.put(McpTransportContext.KEY, McpTransportContext.create(Map.of(KEY, this)));
    }

    Client client() {
        return client;
    }

    RequestMemory.Reservation memory() {
        return memory;
    }

    /** Returns whether nobody waits for the result any more. */
    boolean isOver() {
        return hasLeft.getAsBoolean();
    }

    /** Returns whether the client has cancelled the call, and so expects no answer. */
    boolean isCancelled() {
        return isCancelled.get();
    }

    /** Cancels the call, whose handler notices it. */
    void cancel() {
        isCancelled.set(true);
    }

    /** Releases the memory. */
    @Override
    public void close() {
        memory.close();
    }
}
