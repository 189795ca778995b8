package dev.hypersd.serve.api;

import dev.hypersd.image.Jpeg;
import dev.hypersd.image.Png;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.Step;
import dev.hypersd.serve.error.ApiError;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.GenerationJob;
import dev.hypersd.serve.queue.GenerationQueue;
import dev.hypersd.serve.queue.Wish;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * One client that is shown what it types and draws. The latest input wins: it takes the place of the one before, which ends where it is, unless it
 * is done in a moment. Safe to share.
 */
final class LiveSession {
    private static final int PREVIEW_QUALITY = 80;

    /**
     * A picture that takes no longer is finished although another is wanted by then. Otherwise a hand that never rests, whose every movement takes back the one
     * before, would see nothing until it does.
     */
    private static final long MOMENT_NANOS = 250_000_000;

    /** Encoding a picture must not keep the next one from being drawn. */
    private static final Executor ENCODERS =
            task -> Thread.ofVirtual().name("hypersd-encoder").start(task);

    private final String id;
    private final String address;
    private final GenerationQueue queue;
    private final RequestMemory requestMemory;
    private final LiveSender sender;

    private Optional<UnderWay> present = Optional.empty();
    private Optional<Asked> next = Optional.empty();
    private boolean closed;

    /** A picture that the client wants, by its number. */
    private record Asked(long number, Wish wish, boolean previews, Intake intake) {}

    private record UnderWay(GenerationJob job, long began) {
        boolean takesLong() {
            return System.nanoTime() - began > MOMENT_NANOS;
        }
    }

    LiveSession(String id, String address, GenerationQueue queue, RequestMemory requestMemory, LiveSender sender) {
        this.id = id;
        this.address = address;
        this.queue = queue;
        this.requestMemory = requestMemory;
        this.sender = sender;
    }

    /** Where the client is. */
    String address() {
        return address;
    }

    /** Carries out one message of the client. */
    void receive(String text) {
        long number = -1;
        Intake intake = requestMemory.open();
        try {
            intake.takeMessage(text);
            JsonObject message = Json.parse(RequestBody.NAME, text.getBytes(StandardCharsets.UTF_8));
            number = message.integer("id", 0);
            switch (message.string("type", "draw")) {
                case "draw" -> draw(number, message, intake);
                case "cancel" -> {
                    letGo();
                    intake.close();
                }
                default -> throw new ApiException(ErrorCode.MALFORMED, "the type of a message is draw or cancel");
            }
        } catch (RuntimeException e) {
            intake.close();
            fail(number, e);
        }
    }

    /** Binary messages mean nothing here. */
    void refuseBinary() {
        fail(-1, new ApiException(ErrorCode.MALFORMED, "messages to a live session are text"));
    }

    /** Lets go of what is under way. */
    synchronized void close() {
        closed = true;
        letGo();
    }

    private void draw(long number, JsonObject message, Intake intake) {
        boolean previews = message.flag("previews", true);
        ask(new Asked(number, GenerationFields.wish(message, intake).build(), previews, intake));
    }

    private synchronized void ask(Asked asked) {
        if (present.isEmpty() || present.get().takesLong()) {
            letGo();
            start(asked);
        } else {
            next.ifPresent(this::pass);
            next = Optional.of(asked);
        }
    }

    private synchronized void letGo() {
        next.ifPresent(this::pass);
        next = Optional.empty();
        Optional<UnderWay> gone = present;
        present = Optional.empty();
        gone.map(UnderWay::job).ifPresent(queue::cancel);
    }

    /** What was never begun. */
    private void pass(Asked asked) {
        asked.intake().close();
        fail(asked.number(), new ApiException(ErrorCode.CANCELLED, "another one took its place"));
    }

    private void start(Asked asked) {
        if (closed) {
            pass(asked);
            return;
        }
        long number = asked.number();
        long began = System.nanoTime();
        GenerationJob job;
        try {
            job = queue.submit(id, asked.wish(), step -> show(number, step, asked.previews()));
        } catch (RuntimeException e) {
            asked.intake().close();
            fail(number, e);
            return;
        }
        present = Optional.of(new UnderWay(job, began));
        job.pictures()
                .whenComplete((pictures, failure) -> {
                    asked.intake().close();
                    follow(job);
                })
                .thenAcceptAsync(pictures -> deliver(number, pictures, System.nanoTime() - began), ENCODERS)
                .exceptionally(failure -> {
                    fail(number, failure);
                    return null;
                });
    }

    /** Between two steps of what takes long nothing needs to wait. */
    private synchronized void makeWay() {
        if (next.isPresent()) {
            present.filter(UnderWay::takesLong).map(UnderWay::job).ifPresent(queue::cancel);
        }
    }

    /** Goes on to what was asked for meanwhile, unless {@code ended} was let go. */
    private synchronized void follow(GenerationJob ended) {
        if (present.filter(underWay -> underWay.job() == ended).isPresent()) {
            present = Optional.empty();
            Optional<Asked> following = next;
            next = Optional.empty();
            following.ifPresent(this::start);
        }
    }

    /** The last step's preview would be the picture itself. */
    private void show(long number, Step step, boolean previews) {
        makeWay();
        sender.send(Map.of("type", "progress", "id", number, "step", step.number(), "steps", step.total()));
        if (previews && step.number() < step.total() && sender.hasRoomForPreviews()) {
            byte[] picture =
                    new Jpeg(PREVIEW_QUALITY).encode(step.previews().get().getFirst(), Optional.empty());
            sender.send(Map.of("type", "preview", "id", number, "step", step.number(), "format", "jpeg"), picture);
        }
    }

    private void deliver(long number, List<GeneratedImage> pictures, long nanos) {
        GeneratedImage picture = pictures.getFirst();
        sender.send(
                Map.of(
                        "type",
                        "picture",
                        "id",
                        number,
                        "format",
                        "png",
                        "seed",
                        picture.seed(),
                        "millis",
                        nanos / 1_000_000,
                        "parameters",
                        picture.parameters().toText()),
                new Png().encode(picture.image(), Optional.of(picture.parameters())));
    }

    private void fail(long number, Throwable thrown) {
        ApiError failure = ApiError.of(thrown);
        boolean cancelled = failure.code().equals(ErrorCode.CANCELLED.code());
        sender.send(
                cancelled
                        ? Map.of("type", "cancelled", "id", number)
                        : Map.of("type", "error", "id", number, "code", failure.code(), "message", failure.sentence()));
    }
}
