package dev.hypersd.serve;

import dev.hypersd.json.Json;
import dev.hypersd.serve.error.PrintableText;
import dev.hypersd.serve.metrics.Metrics;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Writes one JSON object for each answered request, without prompts and tokens. */
final class AccessLog {
    private static final int MAX_PATH_LENGTH = 200;

    private final Consumer<String> lines;
    private final Metrics metrics;

    AccessLog(Consumer<String> lines, Metrics metrics) {
        this.lines = lines;
        this.metrics = metrics;
    }

    /** Counts and logs a request that was answered within {@code millis}. */
    void answered(Context context, Float millis) {
        Duration duration = Duration.ofNanos((long) (millis * 1e6));
        var route = context.endpoints().lastHttpEndpoint();
        metrics.answered(route == null ? "none" : route.path, context.statusCode(), duration);
        String path = context.path();
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("time", Instant.now().toString());
        line.put("client", context.ip());
        line.put("method", String.valueOf(context.req().getMethod()));
        line.put("path", PrintableText.of(path.substring(0, Math.min(path.length(), MAX_PATH_LENGTH))));
        line.put("status", context.statusCode());
        line.put("millis", Math.round(millis * 10) / 10.0);
        lines.accept(Json.MAPPER.writeValueAsString(line));
    }
}
