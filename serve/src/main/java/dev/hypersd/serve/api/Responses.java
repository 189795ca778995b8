package dev.hypersd.serve.api;

import dev.hypersd.json.Json;
import dev.hypersd.serve.error.ApiError;
import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes answers, each in the form of the API that was asked. */
public final class Responses {
    private static final String JSON = "application/json";

    private Responses() {}

    /** Any value as JSON. */
    public static void json(Context context, Object value) {
        context.contentType(JSON).result(Json.MAPPER.writeValueAsBytes(value));
    }

    /** A failure, in the form of AUTOMATIC1111 under {@code /sdapi} and in OpenAI's elsewhere. */
    public static void failure(Context context, ApiError failure) {
        context.status(failure.status());
        failure.retryAfter().ifPresent(wait -> context.header("Retry-After", String.valueOf(wait.toSeconds())));
        json(context, context.path().startsWith("/sdapi/") ? automatic(failure) : openAi(failure));
    }

    private static Map<String, Object> automatic(ApiError failure) {
        return Map.of("error", failure.code(), "detail", failure.sentence(), "body", "", "errors", failure.sentence());
    }

    /** The body of a failure in OpenAI's form. */
    public static Map<String, Object> openAi(ApiError failure) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("message", failure.sentence());
        error.put("type", failure.type());
        error.put("param", null);
        error.put("code", failure.code());
        return Map.of("error", error);
    }
}
