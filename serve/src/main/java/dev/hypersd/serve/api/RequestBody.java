package dev.hypersd.serve.api;

import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.Limits;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

/** Reads the body of a request, within limits of size and time that do not depend on its headers. */
public final class RequestBody {
    /** The name of the body in messages. */
    static final Path NAME = Path.of("request");

    private static final int BUFFER_BYTES = 1 << 16;

    private RequestBody() {}

    /**
     * Reads the body, which must be a JSON object.
     *
     * @throws ApiException if it is too large, arrives too slowly, or is of another type
     * @throws dev.hypersd.error.InvalidFileException if it is not a JSON object
     */
    public static JsonObject json(Context request) {
        return json(request, RequestMemory.of(request).limits().maxBodyBytes());
    }

    /** Reads the body as {@link #json(Context)} does, but at most {@code maxBytes} of it. */
    public static JsonObject json(Context request, int maxBytes) {
        return Json.parse(NAME, jsonBytes(request, maxBytes));
    }

    /**
     * Reads the body, which must say that it is JSON, as it was sent.
     *
     * @throws ApiException if it is too large, arrives too slowly, or is of another type
     */
    public static byte[] jsonBytes(Context request) {
        return jsonBytes(request, RequestMemory.of(request).limits().maxBodyBytes());
    }

    private static byte[] jsonBytes(Context request, int maxBytes) {
        String type =
                Optional.ofNullable(request.header("Content-Type")).orElse("").toLowerCase(Locale.ROOT);
        if (!type.startsWith("application/json")) {
            throw new ApiException(
                    ErrorCode.UNSUPPORTED_FORMAT,
                    "the body must be JSON: send the header Content-Type: application/json");
        }
        byte[] body = bytes(request, maxBytes);
        if (body.length == 0) {
            throw new ApiException(ErrorCode.MALFORMED, "the body is empty: send a JSON object");
        }
        return body;
    }

    /**
     * Reads the body as it was sent.
     *
     * @throws ApiException if it is too large or arrives too slowly
     */
    static byte[] bytes(Context request) {
        return bytes(request, RequestMemory.of(request).limits().maxBodyBytes());
    }

    private static byte[] bytes(Context request, int maxBytes) {
        RequestMemory.Reservation memory = RequestMemory.of(request);
        Limits.Requests limits = memory.limits();
        checkHeaders(request, maxBytes);
        long began = System.nanoTime();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream in = request.req().getInputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                memory.reserveBody(count);
                body.write(buffer, 0, count);
                checkSize(body.size(), maxBytes);
                if (Duration.ofNanos(System.nanoTime() - began).compareTo(limits.timeout()) > 0) {
                    throw tooSlow(limits);
                }
            }
        } catch (IOException e) {
            if (e.getCause() instanceof TimeoutException) {
                throw tooSlow(limits);
            }
            throw new ApiException(
                    ErrorCode.MALFORMED, "the body is not valid HTTP/1.1, or ends before it is complete");
        }
        return body.toByteArray();
    }

    /**
     * Refuses a body that is too large according to the headers, before reading it. Compressed bodies are refused,
     * because they could unpack to any size.
     */
    private static void checkHeaders(Context request, int maxBytes) {
        String encoding =
                Optional.ofNullable(request.header("Content-Encoding")).orElse("identity");
        if (!encoding.equalsIgnoreCase("identity")) {
            throw new ApiException(
                    ErrorCode.UNSUPPORTED_FORMAT, "compressed bodies are not read: send it without compression");
        }
        checkSize(request.req().getContentLengthLong(), maxBytes);
    }

    private static void checkSize(long size, int maxBytes) {
        if (size > maxBytes) {
            throw new ApiException(
                    ErrorCode.REQUEST_TOO_LARGE,
                    "the body is larger than the %d bytes that are read".formatted(maxBytes));
        }
    }

    private static ApiException tooSlow(Limits.Requests limits) {
        return new ApiException(
                ErrorCode.REQUEST_TIMEOUT,
                "the body did not arrive completely within %d s"
                        .formatted(Math.max(1, limits.timeout().toSeconds())));
    }
}
