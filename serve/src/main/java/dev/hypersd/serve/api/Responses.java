package dev.hypersd.serve.api;

import dev.hypersd.json.Json;
import dev.hypersd.serve.error.ApiError;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes responses and errors; errors in the form of the API of the request. */
public final class Responses {
    private static final String JSON = "application/json";
    private static final int MAX_WARNING_LENGTH = 300;

    private Responses() {}

    /** Writes any value as JSON. */
    public static void json(Context context, Object value) {
        context.contentType(JSON).result(Json.MAPPER.writeValueAsBytes(value));
    }

    /** Writes an error, in the form of the API to which the address belongs. */
    public static void error(Context context, ApiError error) {
        context.status(error.status());
        error.retryAfter().ifPresent(wait -> context.header("Retry-After", String.valueOf(wait.toSeconds())));
        json(context, ErrorForm.of(path(context)).body(error));
    }

    /** Returns the path of a request below the base path of the server. */
    public static String path(Context context) {
        return context.path().substring(context.contextPath().length());
    }

    /** Adds the header {@code Warning} if there are warnings. */
    static void warn(Context context, List<String> warnings) {
        if (!warnings.isEmpty()) {
            context.header("Warning", warning(warnings));
        }
    }

    /**
     * Returns the value of a header {@code Warning} (RFC 7234, section 5.5; RFC 9111 keeps the name but gives it no
     * use): the code 199, for any other warning, this program's name, and the sentences as a quoted string of ASCII.
     */
    static String warning(List<String> sentences) {
        String text = String.join("; ", sentences);
        String shortened = text.length() <= MAX_WARNING_LENGTH ? text : text.substring(0, MAX_WARNING_LENGTH) + "...";
        return "199 hypersd \"%s\""
                .formatted(shortened
                        .replaceAll("[^ -~]", "?")
                        .replace("\\", "\\\\")
                        .replace("\"", "\\\""));
    }

    /**
     * Returns an error in the form of JSON-RPC 2.0.
     *
     * @param id the number of the request; empty if it is not known
     */
    public static Map<String, Object> jsonRpc(Optional<Object> id, ApiError error) {
        return ErrorForm.jsonRpc(id, error);
    }

    /** Returns the body of an error in the form of OpenAI. */
    public static Map<String, Object> openAi(ApiError error) {
        return ErrorForm.OPEN_AI.body(error);
    }
}
