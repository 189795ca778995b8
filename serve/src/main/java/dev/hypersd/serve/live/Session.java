package dev.hypersd.serve.live;

import dev.hypersd.image.Jpeg;
import dev.hypersd.image.Png;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.pipeline.Step;
import dev.hypersd.serve.answer.Failure;
import dev.hypersd.serve.intake.Body;
import dev.hypersd.serve.intake.Fields;
import dev.hypersd.serve.intake.Intake;
import dev.hypersd.serve.intake.Reception;
import dev.hypersd.serve.refusal.Refusal;
import dev.hypersd.serve.refusal.RefusedException;
import dev.hypersd.serve.studio.Commission;
import dev.hypersd.serve.studio.Studio;
import dev.hypersd.serve.studio.Wish;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * One client that is shown what it types and draws. The latest input wins: a new one takes the place of the one before, wherever that
 * is. Safe to share.
 */
final class Session {
    private static final int PREVIEW_QUALITY = 80;

    /** Encoding a picture must not keep the next one from being drawn. */
    private static final Executor ENCODERS =
            task -> Thread.ofVirtual().name("hypersd-encoder").start(task);

    private final String id;
    private final String address;
    private final Studio studio;
    private final Reception reception;
    private final Outbox outbox;

    private Optional<Commission> present = Optional.empty();
    private boolean closed;

    Session(String id, String address, Studio studio, Reception reception, Outbox outbox) {
        this.id = id;
        this.address = address;
        this.studio = studio;
        this.reception = reception;
        this.outbox = outbox;
    }

    /** Where the client is. */
    String address() {
        return address;
    }

    /** Carries out one message of the client. */
    void receive(String text) {
        long number = -1;
        Intake intake = reception.open();
        try {
            intake.takeMessage(text);
            JsonObject message = Json.parse(Body.NAME, text.getBytes(StandardCharsets.UTF_8));
            number = message.integer("id", 0);
            switch (message.string("type", "draw")) {
                case "draw" -> draw(number, message, intake);
                case "cancel" -> {
                    replace(Optional.empty());
                    intake.close();
                }
                default -> throw new RefusedException(Refusal.MALFORMED, "the type of a message is draw or cancel");
            }
        } catch (RuntimeException e) {
            intake.close();
            fail(number, e);
        }
    }

    /** Binary messages mean nothing here. */
    void refuseBinary() {
        fail(-1, new RefusedException(Refusal.MALFORMED, "messages to a live session are text"));
    }

    /** Lets go of what is under way. */
    void close() {
        synchronized (this) {
            closed = true;
        }
        replace(Optional.empty());
    }

    private void draw(long number, JsonObject message, Intake intake) {
        boolean previews = message.flag("previews", true);
        Wish wish = Fields.wish(message, intake).build();
        long began = System.nanoTime();
        // The one before makes room first, so that it does not count against the queue.
        replace(Optional.empty());
        Commission commission = studio.submit(id, wish, step -> show(number, step, previews));
        replace(Optional.of(commission));
        commission
                .pictures()
                .whenComplete((pictures, failure) -> intake.close())
                .thenAcceptAsync(pictures -> deliver(number, pictures, System.nanoTime() - began), ENCODERS)
                .exceptionally(failure -> {
                    fail(number, failure);
                    return null;
                });
    }

    private synchronized void replace(Optional<Commission> next) {
        present.ifPresent(studio::cancel);
        present = next;
        if (closed) {
            next.ifPresent(studio::cancel);
        }
    }

    /** The last step's preview would be the picture itself. */
    private void show(long number, Step step, boolean previews) {
        outbox.send(Map.of("type", "progress", "id", number, "step", step.number(), "steps", step.total()));
        if (previews && step.number() < step.total() && outbox.hasRoomForPreviews()) {
            byte[] picture =
                    new Jpeg(PREVIEW_QUALITY).encode(step.previews().get().getFirst(), Optional.empty());
            outbox.send(Map.of("type", "preview", "id", number, "step", step.number(), "format", "jpeg"), picture);
        }
    }

    private void deliver(long number, List<GeneratedImage> pictures, long nanos) {
        GeneratedImage picture = pictures.getFirst();
        outbox.send(
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
        Failure failure = Failure.of(thrown);
        boolean cancelled = failure.code().equals(Refusal.CANCELLED.code());
        outbox.send(
                cancelled
                        ? Map.of("type", "cancelled", "id", number)
                        : Map.of("type", "error", "id", number, "code", failure.code(), "message", failure.sentence()));
    }
}
