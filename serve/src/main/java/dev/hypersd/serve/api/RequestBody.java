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

/** The body of a request, of a size and within a time that are limited whatever its headers say. */
public final class RequestBody {
    /** How messages name it. */
    public static final Path NAME = Path.of("request");

    /** A body is held as bytes, as text, as JSON, and as what its Base64 stands for. */
    static final int COPIES = 4;

    private static final int AT_ONCE = 1 << 16;

    private RequestBody() {}

    /**
     * The body, which must be a JSON object.
     *
     * @throws ApiException if it is too large, too slow, or of another type
     * @throws dev.hypersd.error.InvalidFileException if it is no JSON object
     */
    public static JsonObject json(Context request) {
        String type = Optional.ofNullable(request.contentType()).orElse("").toLowerCase(Locale.ROOT);
        if (!type.startsWith("application/json")) {
            throw new ApiException(
                    ErrorCode.UNSUPPORTED_FORMAT,
                    "the body must be JSON: send the header Content-Type: application/json");
        }
        return Json.parse(NAME, bytes(request));
    }

    /** The body as it is. */
    public static byte[] bytes(Context request) {
        Intake intake = Intake.of(request);
        Limits.Requests limits = intake.limits().requests();
        checkHead(request, limits);
        long began = System.nanoTime();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] buffer = new byte[AT_ONCE];
        try {
            InputStream in = request.req().getInputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                intake.take((long) COPIES * count);
                body.write(buffer, 0, count);
                checkSize(body.size(), limits);
                if (Duration.ofNanos(System.nanoTime() - began).compareTo(limits.timeout()) > 0) {
                    throw tooSlow(limits);
                }
            }
        } catch (IOException e) {
            throw tooSlow(limits);
        }
        return body.toByteArray();
    }

    /** Refuses by the headers alone what could not be read: compressed bodies could be of any size. */
    private static void checkHead(Context request, Limits.Requests limits) {
        String encoding =
                Optional.ofNullable(request.header("Content-Encoding")).orElse("identity");
        if (!encoding.equalsIgnoreCase("identity")) {
            throw new ApiException(ErrorCode.UNSUPPORTED_FORMAT, "compressed bodies are not read: send it as it is");
        }
        checkSize(request.req().getContentLengthLong(), limits);
    }

    private static void checkSize(long size, Limits.Requests limits) {
        if (size > limits.maxBodyBytes()) {
            throw new ApiException(
                    ErrorCode.REQUEST_TOO_LARGE,
                    "the body is larger than the %d bytes that are read".formatted(limits.maxBodyBytes()));
        }
    }

    private static ApiException tooSlow(Limits.Requests limits) {
        return new ApiException(
                ErrorCode.REQUEST_TIMEOUT,
                "the body did not arrive in whole within %d s"
                        .formatted(Math.max(1, limits.timeout().toSeconds())));
    }
}
