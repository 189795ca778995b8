package dev.hypersd.serve.api;

import dev.hypersd.image.Image;
import dev.hypersd.image.Jpeg;
import dev.hypersd.image.Png;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.Step;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Seeds;
import dev.hypersd.serve.error.ApiError;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.Client;
import dev.hypersd.serve.queue.GenerationJob;
import dev.hypersd.serve.queue.GenerationQueue;
import dev.hypersd.serve.queue.Limits;
import dev.hypersd.serve.queue.Network;
import dev.hypersd.serve.registry.Quality;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * A client that sees images while it types and draws. It has at most one job and one waiting request. A new request
 * replaces both, unless the fast image of the job is being drawn for a moment only ({@link Limits.Clients#moment}),
 * which is completed first. Safe to share.
 */
final class LiveSession {
    private static final int PREVIEW_QUALITY = 80;

    /** The threads that encode images, so that the next job need not wait for it. */
    private static final Executor ENCODERS =
            task -> Thread.ofVirtual().name("hypersd-encoder").start(task);

    private final String id;
    private final String address;
    private final GenerationQueue queue;
    private final RequestMemory memory;
    private final LiveSender sender;
    private final Duration moment;
    private final LiveReader reader = new LiveReader(this::read, this::discard);

    /** How often the client has cancelled; what it sent before the last time is not wanted any more. */
    private volatile int cancels;

    private Optional<RunningJob> running = Optional.empty();
    private Optional<DrawRequest> next = Optional.empty();
    private boolean closed;

    /** A request of the client, with the number that the client chose for it. */
    private record DrawRequest(
            long number,
            GenerationOptions options,
            Quality quality,
            boolean previews,
            boolean controlPictures,
            RequestMemory.Reservation memory) {}

    private record RunningJob(GenerationJob job, Quality quality) {
        /** Returns whether a newer request ends this job, which it does while the job waits for its turn. */
        boolean yields(Duration moment) {
            return quality == Quality.FINAL
                    || job.drawing().filter(time -> time.compareTo(moment) <= 0).isEmpty();
        }
    }

    LiveSession(String id, String address, GenerationQueue queue, RequestMemory memory, LiveSender sender) {
        this.id = id;
        this.address = address;
        this.queue = queue;
        this.memory = memory;
        this.sender = sender;
        this.moment = queue.limits().clients().moment();
    }

    /** Returns the address of the client. */
    String address() {
        return address;
    }

    /** Processes one message of the client. */
    void receive(String text) {
        long number = -1;
        int before = cancels;
        RequestMemory.Reservation reservation = memory.open(new Sender(Network.of(address), () -> cancels != before));
        try {
            reservation.reserveBody(text.length());
            JsonObject message = Json.parse(RequestBody.NAME, text.getBytes(StandardCharsets.UTF_8));
            number = message.integer("id", 0);
            switch (message.string("type", "draw")) {
                case "draw" -> reader.receive(new LiveReader.Message(number, message, reservation));
                case "cancel" -> {
                    forgetAll();
                    reservation.close();
                }
                default -> throw new ApiException(ErrorCode.MALFORMED, "the type of a message is draw or cancel");
            }
        } catch (RuntimeException e) {
            reservation.close();
            sendError(number, e);
        }
    }

    private void read(LiveReader.Message message) {
        try {
            JsonObject body = message.body();
            boolean previews = body.flag("previews", true);
            boolean controlPictures = body.flag("control_pictures", false);
            Quality quality = GenerationFields.quality(body, Quality.FAST);
            GenerationOptions options =
                    GenerationFields.options(body, message.memory()).count(1).build();
            body.refuseUnread();
            request(new DrawRequest(message.number(), options, quality, previews, controlPictures, message.memory()));
        } catch (RuntimeException e) {
            message.memory().close();
            sendError(message.number(), e);
        }
    }

    private void discard(LiveReader.Message message) {
        message.memory().close();
        sendError(message.number(), replaced());
    }

    /** Answers a binary message with an error, because the protocol has none. */
    void refuseBinary() {
        sendError(-1, new ApiException(ErrorCode.MALFORMED, "messages to a live session are text"));
    }

    /** Cancels all jobs; no new one is started afterwards. */
    synchronized void close() {
        closed = true;
        forgetAll();
    }

    /** Cancels all jobs, and what is being read or waits to be read. */
    private synchronized void forgetAll() {
        cancels++;
        reader.cancel();
        cancelAll();
    }

    private synchronized void request(DrawRequest request) {
        if (request.memory().hasSenderLeft()) {
            discard(request);
            return;
        }
        next.ifPresent(this::discard);
        next = Optional.empty();
        if (running.filter(job -> !job.yields(moment)).isPresent()) {
            next = Optional.of(request);
        } else {
            start(request, ended());
        }
    }

    private synchronized void cancelAll() {
        next.ifPresent(this::discard);
        next = Optional.empty();
        ended().ifPresent(queue::cancel);
    }

    /** Returns the running job, which is none of this session any more. */
    private Optional<GenerationJob> ended() {
        Optional<RunningJob> ended = running;
        running = Optional.empty();
        return ended.map(RunningJob::job);
    }

    /** Reports to the client that a request was never started. */
    private void discard(DrawRequest request) {
        request.memory().close();
        sendError(request.number(), replaced());
    }

    private static ApiException replaced() {
        return new ApiException(ErrorCode.CANCELLED, "a newer request took its place");
    }

    /**
     * Submits a job.
     *
     * @param replaced the job that gives way to it
     */
    private void start(DrawRequest request, Optional<GenerationJob> replaced) {
        if (closed) {
            discard(request);
            return;
        }
        long began = System.nanoTime();
        GenerationJob job;
        try {
            Consumer<Step> listener = step -> onStep(request, step);
            job = replaced.map(other -> queue.replace(other, request.options(), request.quality(), listener))
                    .orElseGet(() ->
                            queue.submit(new Client(address, id), request.options(), request.quality(), listener));
        } catch (RuntimeException e) {
            replaced.ifPresent(queue::cancel);
            request.memory().close();
            sendError(request.number(), e);
            return;
        }
        running = Optional.of(new RunningJob(job, request.quality()));
        if (request.controlPictures()) {
            ENCODERS.execute(() -> sendControlPictures(request.number(), job));
        }
        job.images()
                .whenComplete((images, failure) -> {
                    request.memory().close();
                    startNext(job);
                })
                .thenAcceptAsync(
                        images -> sendImage(request.number(), job, images.getFirst(), System.nanoTime() - began),
                        ENCODERS)
                .exceptionally(failure -> {
                    sendError(request.number(), failure);
                    return null;
                });
    }

    /** Starts the waiting request when {@code ended} is over, unless that job was cancelled by this session. */
    private synchronized void startNext(GenerationJob ended) {
        if (running.filter(r -> r.job() == ended).isPresent()) {
            running = Optional.empty();
            Optional<DrawRequest> following = next;
            next = Optional.empty();
            following.ifPresent(request -> start(request, Optional.empty()));
        }
    }

    /**
     * Sends the progress to the client. There is no preview of the last step, because that would be the image itself.
     */
    private void onStep(DrawRequest request, Step step) {
        cancelForNext();
        long number = request.number();
        sender.send(Map.of("type", "progress", "id", number, "step", step.number(), "steps", step.total()));
        if (request.previews() && step.number() < step.total() && sender.hasRoomForPreviews()) {
            byte[] jpeg = new Jpeg(PREVIEW_QUALITY).encode(step.previews().get().getFirst(), Optional.empty());
            sender.send(Map.of("type", "preview", "id", number, "step", step.number(), "format", "jpeg"), jpeg);
        }
    }

    /** Cancels a running job between two steps if a newer request waits and the job takes too long. */
    private synchronized void cancelForNext() {
        if (next.isPresent()) {
            running.filter(job -> job.yields(moment)).map(RunningJob::job).ifPresent(queue::cancel);
        }
    }

    private void sendImage(long number, GenerationJob job, GeneratedImage image, long nanos) {
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("type", "picture");
        about.put("id", number);
        about.put("format", "png");
        about.put("seed", Seeds.number(image.seed()));
        about.put("final", job.isFinal());
        about.put("millis", nanos / 1_000_000);
        about.put("parameters", image.parameters().toText());
        about.put("warnings", job.warnings());
        sender.send(about, new Png().encode(image.image(), Optional.of(image.parameters())));
    }

    private void sendControlPictures(long number, GenerationJob job) {
        List<Image> pictures = job.controlPictures();
        for (int i = 0; i < pictures.size(); i++) {
            sender.send(
                    Map.of("type", "control", "id", number, "control", i, "format", "png"),
                    new Png().encode(pictures.get(i), Optional.empty()));
        }
    }

    private void sendError(long number, Throwable thrown) {
        ApiError error = ApiError.of(thrown);
        boolean cancelled = error.code().equals(ErrorCode.CANCELLED.code());
        sender.send(
                cancelled
                        ? Map.of("type", "cancelled", "id", number)
                        : Map.of("type", "error", "id", number, "code", error.code(), "message", error.message()));
    }
}
