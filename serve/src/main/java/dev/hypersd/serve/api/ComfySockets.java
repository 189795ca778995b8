package dev.hypersd.serve.api;

import dev.hypersd.image.Image;
import dev.hypersd.image.Jpeg;
import dev.hypersd.pipeline.Step;
import dev.hypersd.serve.error.ApiError;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.GenerationQueue;
import dev.hypersd.serve.queue.Limits;
import dev.hypersd.serve.queue.Network;
import io.javalin.websocket.WsConfig;
import io.javalin.websocket.WsConnectContext;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * ComfyUI's WebSocket {@code /ws}, over which a client receives the progress of its graphs. A graph names the id with
 * which its client has connected, and only connections from the same address receive its progress.
 */
final class ComfySockets {
    private static final int PREVIEW_QUALITY = 80;

    /** The kind and the format of the content of a binary message. */
    private static final int PREVIEW_IMAGE = 1;

    private static final int JPEG = 1;
    private static final int PNG = 2;

    private final GenerationQueue queue;
    private final Map<String, Connection> connections = new ConcurrentHashMap<>();

    private record Connection(String client, String address, LiveSender sender) {}

    ComfySockets(GenerationQueue queue) {
        this.queue = queue;
    }

    void configure(WsConfig socket) {
        socket.onConnect(this::open);
        socket.onClose(context -> connections.remove(context.sessionId()));
        socket.onError(context -> connections.remove(context.sessionId()));
    }

    private void open(WsConnectContext context) {
        Limits.Clients limits = queue.limits().clients();
        String address = Objects.requireNonNullElse(context.attribute(LiveRoutes.ADDRESS), "unknown");
        Network network = Network.of(address);
        long ofClient = connections.values().stream()
                .filter(connection -> Network.of(connection.address()).equals(network))
                .count();
        if (connections.size() >= limits.maxSessions() || ofClient >= limits.maxSessionsPerClient()) {
            context.closeSession(LiveRoutes.TRY_AGAIN_LATER, "too many live sessions are open");
            return;
        }
        context.enableAutomaticPings();
        String client = Optional.ofNullable(context.queryParam("clientId"))
                .orElseGet(() -> UUID.randomUUID().toString());
        Connection connection = new Connection(client, address, new LiveSender(context));
        connections.put(context.sessionId(), connection);
        connection.sender().send(status(client));
    }

    private Map<String, Object> status(String client) {
        Map<String, Object> remaining = Map.of("exec_info", Map.of("queue_remaining", queue.waiting()));
        return message("status", Map.of("status", remaining, "sid", client));
    }

    private List<LiveSender> senders(String address, String client) {
        return connections.values().stream()
                .filter(connection -> connection.address().equals(address)
                        && connection.client().equals(client))
                .map(Connection::sender)
                .toList();
    }

    /** Sends the progress of one graph to one client. */
    final class Listener {
        private final String address;
        private final String client;
        private final String prompt;
        private final ComfyWorkflow.Output output;

        /**
         * @param client the id that the client has connected with
         * @param prompt the id of the graph
         * @param output the node that shows the images
         */
        Listener(String address, String client, String prompt, ComfyWorkflow.Output output) {
            this.address = address;
            this.client = client;
            this.prompt = prompt;
            this.output = output;
        }

        void onStep(Step step) {
            List<LiveSender> senders = senders(address, client);
            if (senders.isEmpty()) {
                return;
            }
            if (step.number() == 1) {
                tell("execution_start", Map.of());
                tell("execution_cached", Map.of("nodes", List.of()));
            }
            tell("executing", Map.of("node", output.id()));
            tell("progress", Map.of("value", step.number(), "max", step.total(), "node", output.id()));
            if (step.number() < step.total() && senders.stream().anyMatch(LiveSender::hasRoomForPreviews)) {
                Image preview = step.previews().get().getFirst();
                send(JPEG, new Jpeg(PREVIEW_QUALITY).encode(preview, Optional.empty()));
            }
        }

        /**
         * Tells the client that its images are there.
         *
         * @param sent the encoded images, if they are to be sent
         * @param images where the images can be had, as ComfyUI describes them
         */
        void onImages(List<byte[]> sent, Map<String, Object> images) {
            sent.forEach(image -> send(PNG, image));
            tell("executed", Map.of("node", output.id(), "output", images));
            tell("execution_success", Map.of());
            Map<String, Object> end = new LinkedHashMap<>();
            end.put("node", null);
            tell("executing", end);
        }

        void onFailure(Throwable thrown) {
            send(failure(prompt, output, ApiError.of(thrown)));
        }

        private void tell(String type, Map<String, Object> data) {
            Map<String, Object> complete = new LinkedHashMap<>(data);
            complete.put("prompt_id", prompt);
            send(message(type, complete));
        }

        private void send(Map<String, Object> message) {
            senders(address, client).forEach(sender -> sender.send(message));
        }

        private void send(int format, byte[] image) {
            for (LiveSender sender : senders(address, client)) {
                ByteBuffer framed = ByteBuffer.allocate(2 * Integer.BYTES + image.length);
                sender.send(
                        framed.putInt(PREVIEW_IMAGE).putInt(format).put(image).flip());
            }
        }
    }

    /** Returns the message about a graph that has no images. */
    static Map<String, Object> failure(String prompt, ComfyWorkflow.Output output, ApiError error) {
        boolean isCancelled = error.code().equals(ErrorCode.CANCELLED.code());
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("prompt_id", prompt);
        data.put("node_id", output.id());
        data.put("node_type", output.type());
        data.put("executed", List.of());
        if (!isCancelled) {
            data.put("exception_message", error.message());
            data.put("exception_type", error.code());
            data.put("traceback", List.of());
        }
        return message(isCancelled ? "execution_interrupted" : "execution_error", data);
    }

    private static Map<String, Object> message(String type, Map<String, Object> data) {
        return Map.of("type", type, "data", data);
    }
}
