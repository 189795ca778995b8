package dev.hypersd.serve;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/**
 * The header {@code Authorization} as clients send it: {@code Bearer} with the token (RFC 6750), as clients of OpenAI
 * do, or {@code Basic} with the token as the password of any user (RFC 7617), as those of AUTOMATIC1111 do. The case of
 * the scheme does not matter (RFC 9110, section 11.1).
 */
final class Credentials {
    private Credentials() {}

    /** Returns the token that {@code request} offers, right or wrong. */
    static Optional<String> secret(Context request) {
        String[] header = Optional.ofNullable(request.header("Authorization"))
                .orElse("")
                .strip()
                .split("\\s+", 2);
        return header.length < 2
                ? Optional.empty()
                : switch (header[0].toLowerCase(Locale.ROOT)) {
                    case "bearer" -> Optional.of(header[1]);
                    case "basic" -> password(header[1]);
                    default -> Optional.empty();
                };
    }

    private static Optional<String> password(String encoded) {
        try {
            String pair = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            return colon < 0 ? Optional.empty() : Optional.of(pair.substring(colon + 1));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * Adds a header that says how to send the token. For {@code Basic} a browser would open a window of its own. The
     * page asks for the token itself, so requests of the page are only told about {@code Bearer}.
     */
    static void ask(Context request) {
        boolean isPage =
                request.header("Sec-Fetch-Mode") != null && !"navigate".equals(request.header("Sec-Fetch-Mode"));
        request.header(
                "WWW-Authenticate",
                isPage
                        ? "Bearer realm=\"hypersd\""
                        : "Bearer realm=\"hypersd\", Basic realm=\"hypersd\", charset=\"UTF-8\"");
    }
}
