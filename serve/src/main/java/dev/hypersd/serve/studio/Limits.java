package dev.hypersd.serve.studio;

import dev.hypersd.error.InvalidRequestException;
import java.time.Duration;

/**
 * How much one request, one client and all of them may ask for.
 *
 * @param drawing what may be drawn
 * @param reading what is read
 * @param crowd how many may ask
 */
public record Limits(Drawing drawing, Reading reading, Crowd crowd) {
    /** What suits one machine and a handful of people. */
    public static final Limits USUAL = new Limits(
            new Drawing(2048, 100, 8, 4000, 8 * 128 * 128, Duration.ofMinutes(10)),
            new Reading(
                    16 << 20,
                    4 << 20,
                    1L << 24,
                    Math.min(512L << 20, Runtime.getRuntime().maxMemory() / 4),
                    Duration.ofSeconds(20)),
            new Crowd(32, 8, 64, 16));

    /**
     * What may be drawn.
     *
     * @param side the longest side of a picture in pixels
     * @param steps the most denoising steps of a picture
     * @param pictures the most pictures of a request
     * @param prompt the longest prompt in characters
     * @param together how many pixels the pictures of several requests may have to be drawn in one batch: small ones gain by it, large ones would only
     *     wait for each other
     * @param deadline how long a request may take, waiting included
     */
    public record Drawing(int side, int steps, int pictures, int prompt, long together, Duration deadline) {
        public Drawing {
            if (!deadline.isPositive()) {
                throw new InvalidRequestException("the deadline of a request must be longer than " + deadline);
            }
        }
    }

    /**
     * What is read.
     *
     * @param body the largest request body in bytes
     * @param message the largest WebSocket message in bytes
     * @param pixels the largest picture in pixels
     * @param inAll bytes that the bodies and pictures of all requests may take up at a time
     * @param time how long a request may take to arrive
     */
    public record Reading(int body, int message, long pixels, long inAll, Duration time) {}

    /**
     * How many may ask.
     *
     * @param waiting how many requests may wait in all
     * @param waitingOfOne how many of them may be of one client
     * @param sessions how many live sessions may be open
     * @param sessionsOfOne how many of them may be of one client
     */
    public record Crowd(int waiting, int waitingOfOne, int sessions, int sessionsOfOne) {
        public Crowd {
            if (waiting < 1 || waitingOfOne < 1) {
                throw new InvalidRequestException("the queue must have a place at least, not %d and %d of one client"
                        .formatted(waiting, waitingOfOne));
            }
        }
    }

    public Limits with(Drawing other) {
        return new Limits(other, reading, crowd);
    }

    public Limits with(Reading other) {
        return new Limits(drawing, other, crowd);
    }

    public Limits with(Crowd other) {
        return new Limits(drawing, reading, other);
    }
}
