package dev.hypersd.serve.api;

import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.Limits;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Limits the memory that bodies and decoded images of all requests take together, and decodes those images. Each
 * request reserves what it needs and releases it when it has been answered. Safe to share.
 */
public final class RequestMemory implements AutoCloseable {
    /** The number of copies of a body that are held: as bytes, as text, as JSON, and decoded from Base64. */
    private static final int COPIES_OF_BODY = 4;

    /** The decoded image, and what its reader holds on the way. */
    private static final long BYTES_PER_PIXEL = 8;

    private static final String ATTRIBUTE = "hypersd-request-memory";

    private final Limits.Requests limits;
    private final AtomicLong reserved = new AtomicLong();
    private final DecoderThreads decoders = new DecoderThreads();

    /** Creates the memory for requests within {@code limits}. */
    public RequestMemory(Limits.Requests limits) {
        this.limits = limits;
    }

    /** Opens an empty reservation for a request of {@code sender}. */
    public Reservation open(Sender sender) {
        return new Reservation(sender);
    }

    /** Decodes no more images, and interrupts what is being decoded. */
    @Override
    public void close() {
        decoders.close();
    }

    /** Returns the number of bytes that are reserved at present. */
    public long reserved() {
        return reserved.get();
    }

    /** The memory that one request has reserved. */
    public final class Reservation implements AutoCloseable {
        private final AtomicLong own = new AtomicLong();
        private final Sender sender;

        private Reservation(Sender sender) {
            this.sender = sender;
        }

        /** Makes this the reservation of {@code request}, where {@link RequestMemory#of} finds it. */
        public void attachTo(Context request) {
            request.attribute(ATTRIBUTE, this);
        }

        /** Returns the limits of one request. */
        Limits.Requests limits() {
            return limits;
        }

        /**
         * Reserves {@code bytes} more.
         *
         * @throws ApiException if this request alone, or all requests together, would then hold more than is allowed
         */
        void reserve(long bytes) {
            if (own.addAndGet(bytes) > limits.maxMemoryBytes()) {
                reserved.addAndGet(bytes);
                throw new ApiException(
                        ErrorCode.REQUEST_TOO_LARGE,
                        "the body and its images take up more than the %d bytes of memory for requests: send less"
                                .formatted(limits.maxMemoryBytes()));
            }
            if (reserved.addAndGet(bytes) > limits.maxMemoryBytes()) {
                throw new ApiException(
                        ErrorCode.QUEUE_FULL,
                        "the bodies and images of other requests fill the memory for them: try again in 1 s",
                        Optional.of(Duration.ofSeconds(1)));
            }
        }

        /** Returns whether nobody waits for the answer any more. */
        boolean hasSenderLeft() {
            return sender.hasLeft().getAsBoolean();
        }

        /**
         * Decodes an image of the request on a thread for that, within the time in which a request must arrive.
         *
         * @param field the name of the image, for messages
         * @throws ApiException if it is not decoded in time, or the sender has left
         */
        <T> T decode(String field, Supplier<T> decoder) {
            return decoders.within(sender, limits.timeout(), field, decoder);
        }

        /** Reserves what a decoded image takes up, and what is held on the way to it. */
        void reserveImage(int width, int height) {
            reserve(BYTES_PER_PIXEL * width * height);
        }

        /** Reserves the memory of a body or a message of {@code length} bytes, in all forms in which it is held. */
        public void reserveBody(long length) {
            reserve(COPIES_OF_BODY * length);
        }

        /** Releases the memory. Closing again has no effect. */
        @Override
        public void close() {
            reserved.addAndGet(-own.getAndSet(0));
        }
    }

    /** Returns the reservation of {@code request}, which was attached to it before any route was chosen. */
    public static Reservation of(Context request) {
        return Objects.requireNonNull(request.attribute(ATTRIBUTE), "no reservation is attached to the request");
    }
}
