package dev.hypersd.serve.queue;

import dev.hypersd.error.InvalidRequestException;
import java.time.Duration;

/**
 * How much one request, one client and all clients together may ask for.
 *
 * @param generation what one request may generate
 * @param requests what one request may send
 * @param clients how many requests and sessions there may be
 */
public record Limits(Generation generation, Requests requests, Clients clients) {
    /** Limits that suit one machine and a handful of people. */
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
     * What one request may generate.
     *
     * @param maxSide the longest side of an image in pixels
     * @param maxSteps the largest number of denoising steps
     * @param maxImages the largest number of images
     * @param maxPromptLength the longest prompt in characters
     * @param maxBatchPixels how many pixels the pictures of several requests may have to be drawn in one batch: small
     *     ones gain by it, large ones would only wait for each other
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
     * What one request may send.
     *
     * @param maxBodyBytes the largest request body in bytes
     * @param maxMessageBytes the largest WebSocket message in bytes
     * @param maxImagePixels the largest image in pixels, unpacked
     * @param maxMemoryBytes how many bytes the bodies and images of all requests together may take up
     * @param timeout how long a request may take to arrive
     */
    public record Requests(
            int maxBodyBytes, int maxMessageBytes, long maxImagePixels, long maxMemoryBytes, Duration timeout) {}

    /**
     * How many requests and sessions there may be.
     *
     * @param maxWaiting how many requests may wait in all
     * @param maxWaitingPerClient how many of them may belong to one client
     * @param maxSessions how many live sessions may be open
     * @param maxSessionsPerClient how many of them may belong to one client
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
