package dev.hypersd.serve.queue;

import dev.hypersd.error.InvalidRequestException;
import java.time.Duration;

/**
 * How much one request, one client and all of them may ask for.
 *
 * @param generation what may be drawn
 * @param requests what is read
 * @param clients how many may ask
 */
public record Limits(Generation generation, Requests requests, Clients clients) {
    /** What suits one machine and a handful of people. */
    public static final Limits DEFAULT = new Limits(
            new Generation(2048, 100, 8, 4000, 8 * 128 * 128, Duration.ofMinutes(10)),
            new Requests(
                    16 << 20,
                    4 << 20,
                    1L << 24,
                    Math.min(512L << 20, Runtime.getRuntime().maxMemory() / 4),
                    Duration.ofSeconds(20)),
            new Clients(32, 8, 64, 16));

    /**
     * What may be drawn.
     *
     * @param maxSide the longest side of a picture in pixels
     * @param maxSteps the most denoising steps of a picture
     * @param maxImages the most pictures of a request
     * @param maxPromptLength the longest prompt in characters
     * @param maxBatchPixels how many pixels the pictures of several requests may have to be drawn in one batch: small ones gain by it, large ones would only
     *     wait for each other
     * @param deadline how long a request may take, waiting included
     */
    public record Generation(
            int maxSide, int maxSteps, int maxImages, int maxPromptLength, long maxBatchPixels, Duration deadline) {
        public Generation {
            if (!deadline.isPositive()) {
                throw new InvalidRequestException("the deadline of a request must be longer than " + deadline);
            }
        }
    }

    /**
     * What is read.
     *
     * @param maxBodyBytes the largest request body in bytes
     * @param maxMessageBytes the largest WebSocket message in bytes
     * @param maxImagePixels the largest picture in pixels
     * @param maxMemoryBytes bytes that the bodies and pictures of all requests may take up at a time
     * @param timeout how long a request may take to arrive
     */
    public record Requests(
            int maxBodyBytes, int maxMessageBytes, long maxImagePixels, long maxMemoryBytes, Duration timeout) {}

    /**
     * How many may ask.
     *
     * @param maxWaiting how many requests may wait in all
     * @param maxWaitingPerClient how many of them may be of one client
     * @param maxSessions how many live sessions may be open
     * @param maxSessionsPerClient how many of them may be of one client
     */
    public record Clients(int maxWaiting, int maxWaitingPerClient, int maxSessions, int maxSessionsPerClient) {
        public Clients {
            if (maxWaiting < 1 || maxWaitingPerClient < 1) {
                throw new InvalidRequestException("the queue must have a place at least, not %d and %d of one client"
                        .formatted(maxWaiting, maxWaitingPerClient));
            }
        }
    }

    public Limits with(Generation other) {
        return new Limits(other, requests, clients);
    }

    public Limits with(Requests other) {
        return new Limits(generation, other, clients);
    }

    public Limits with(Clients other) {
        return new Limits(generation, requests, other);
    }
}
