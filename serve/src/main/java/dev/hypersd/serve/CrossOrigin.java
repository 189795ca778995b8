package dev.hypersd.serve;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.util.Objects;

/**
 * Lets pages of other sites read responses, if {@code --allow-origin} names those sites (CORS, the Fetch standard).
 * Their requests carry the token in a header; the cookie of the page is never sent from another site.
 */
final class CrossOrigin {
    private static final String SECONDS_TO_REMEMBER = "600";

    private CrossOrigin() {}

    /** Adds the headers that let a page of another site read the response. */
    static void allow(Context request) {
        request.header("Access-Control-Allow-Origin", Objects.requireNonNull(request.header("Origin")));
        request.header("Access-Control-Expose-Headers", "Warning, Retry-After");
        request.header("Vary", "Origin");
    }

    /** Returns whether the request is a preflight: a browser asks whether its next request is allowed. */
    static boolean isPreflight(Context request) {
        return request.method().equals(HandlerType.OPTIONS) && request.header("Access-Control-Request-Method") != null;
    }

    /** Answers a preflight, which is sent without the token. */
    static void answerPreflight(Context request) {
        request.header("Access-Control-Allow-Methods", "GET, POST, DELETE");
        request.header("Access-Control-Allow-Headers", "Authorization, Content-Type, *");
        request.header("Access-Control-Max-Age", SECONDS_TO_REMEMBER);
        request.status(204).skipRemainingHandlers();
    }
}
