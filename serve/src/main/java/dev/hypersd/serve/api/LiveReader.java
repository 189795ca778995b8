package dev.hypersd.serve.api;

import dev.hypersd.json.JsonObject;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads the draw messages of one session, one at a time, on another thread than that which receives them: images in a
 * message may take long to decode, and nobody would notice meanwhile that the client cancels or leaves. Of the messages
 * that arrive while one is being read, the latest is kept. Safe to share.
 */
final class LiveReader {
    private final Consumer<Message> read;
    private final Consumer<Message> discard;

    private boolean isReading;
    private Optional<Message> next = Optional.empty();

    /** A message to draw, with the number that the client chose for it. */
    record Message(long number, JsonObject body, RequestMemory.Reservation memory) {}

    /**
     * Creates a reader.
     *
     * @param read reads a message, and throws nothing
     * @param discard takes what is not read because a later message came
     */
    LiveReader(Consumer<Message> read, Consumer<Message> discard) {
        this.read = read;
        this.discard = discard;
    }

    /** Reads {@code message}: at once, or if one is being read, after that and unless another comes first. */
    synchronized void receive(Message message) {
        if (isReading) {
            next.ifPresent(discard);
            next = Optional.of(message);
        } else {
            isReading = true;
            Thread.ofVirtual().name("hypersd-live-reader").start(() -> readAll(message));
        }
    }

    /** Discards the message that is not being read yet. */
    synchronized void cancel() {
        next.ifPresent(discard);
        next = Optional.empty();
    }

    private void readAll(Message first) {
        for (Optional<Message> message = Optional.of(first); message.isPresent(); message = take()) {
            read.accept(message.get());
        }
    }

    private synchronized Optional<Message> take() {
        Optional<Message> taken = next;
        next = Optional.empty();
        isReading = taken.isPresent();
        return taken;
    }
}
