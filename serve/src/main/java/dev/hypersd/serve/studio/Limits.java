package dev.hypersd.serve.studio;

import dev.hypersd.error.InvalidRequestException;
import java.time.Duration;

/**
 * How much one request, one client and all of them may ask for.
 *
 * @param side the longest side of a picture in pixels
 * @param steps the most denoising steps of a picture
 * @param pictures the most pictures of a request
 * @param prompt the longest prompt in characters
 * @param body the largest request body in bytes
 * @param message the largest WebSocket message in bytes
 * @param pixels the largest picture that is read, in pixels
 * @param waiting how many requests may wait in all
 * @param waitingOfOne how many of them may be of one client
 * @param sessions how many live sessions may be open
 * @param sessionsOfOne how many of them may be of one client
 * @param deadline how long a request may take, waiting included
 * @param reading how long a request may take to arrive
 */
public record Limits(
        int side,
        int steps,
        int pictures,
        int prompt,
        int body,
        int message,
        long pixels,
        int waiting,
        int waitingOfOne,
        int sessions,
        int sessionsOfOne,
        Duration deadline,
        Duration reading) {
    /** What suits one machine and a handful of people. */
    public static final Limits USUAL = new Limits(
            2048,
            100,
            8,
            4000,
            16 << 20,
            4 << 20,
            1L << 24,
            32,
            8,
            64,
            16,
            Duration.ofMinutes(10),
            Duration.ofSeconds(20));

    public Limits {
        if (waiting < 1 || waitingOfOne < 1) {
            throw new InvalidRequestException("the queue must have a place at least, not %d and %d of one client"
                    .formatted(waiting, waitingOfOne));
        }
        if (!deadline.isPositive()) {
            throw new InvalidRequestException("the deadline of a request must be longer than " + deadline);
        }
    }

    /** With another queue. */
    public Limits withWaiting(int inAll, int ofOne) {
        return new Limits(
                side,
                steps,
                pictures,
                prompt,
                body,
                message,
                pixels,
                inAll,
                ofOne,
                sessions,
                sessionsOfOne,
                deadline,
                reading);
    }

    /** With another largest picture and another number of steps. */
    public Limits withPictures(int longestSide, int mostSteps) {
        return new Limits(
                longestSide,
                mostSteps,
                pictures,
                prompt,
                body,
                message,
                pixels,
                waiting,
                waitingOfOne,
                sessions,
                sessionsOfOne,
                deadline,
                reading);
    }

    /** With other times. */
    public Limits withTimes(Duration forAll, Duration forReading) {
        return new Limits(
                side,
                steps,
                pictures,
                prompt,
                body,
                message,
                pixels,
                waiting,
                waitingOfOne,
                sessions,
                sessionsOfOne,
                forAll,
                forReading);
    }
}
