package dev.hypersd.serve;

import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import io.javalin.http.Context;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Lets through who may ask: requests that name this machine (a foreign name that resolves to it is DNS rebinding), that no page of another
 * site sends, and that carry the token where there is one.
 *
 * @param token what clients must know; empty where everybody on this machine may ask
 * @param hosts names by which this server is reached, besides localhost and addresses
 */
public record AccessGuard(Optional<String> token, Set<String> hosts) {
    /** Holds the token for the page, whose WebSocket cannot send it in a header. */
    public static final String COOKIE = "hypersd-token";

    /** An address that is written out is nobody's name, so it cannot be made to point elsewhere. */
    private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+]");

    private static final Pattern HOST = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9.-]+)(:\\d{1,5})?");

    /** The page asks for the token itself, and whoever watches over the server needs none. */
    private static final Set<String> OPEN = Set.of("/", "/healthz", "/readyz", "/login");

    /**
     * Checks one request.
     *
     * @throws ApiException if it must not be answered
     */
    public void check(Context request) {
        String host = host(request);
        checkOrigin(request, host);
        if (token.isPresent() && !isOpen(request.path()) && !knowsToken(request)) {
            throw new ApiException(
                    ErrorCode.INVALID_TOKEN,
                    "this server wants its token: send the header Authorization: Bearer TOKEN");
        }
    }

    /** Whether {@code offered} is the token, told in a time that does not depend on how much of it is right. */
    public boolean isToken(String offered) {
        return token.map(right -> MessageDigest.isEqual(
                        right.getBytes(StandardCharsets.UTF_8), offered.getBytes(StandardCharsets.UTF_8)))
                .orElse(true);
    }

    private String host(Context request) {
        String header = Optional.ofNullable(request.header("Host")).orElse("");
        var parts = HOST.matcher(header);
        if (!parts.matches()) {
            throw new ApiException(ErrorCode.FOREIGN_HOST, "the request does not say in a Host header whom it is for");
        }
        String name = parts.group(1).toLowerCase(Locale.ROOT);
        if (!name.equals("localhost") && !ADDRESS.matcher(name).matches() && !hosts.contains(name)) {
            throw new ApiException(
                    ErrorCode.FOREIGN_HOST,
                    "this server does not answer to the name in the Host header; --allow-host makes it do so");
        }
        return header;
    }

    private static void checkOrigin(Context request, String host) {
        String origin = request.header("Origin");
        boolean foreign = origin != null && !isOf(origin, host);
        boolean embedded = "cross-site".equals(request.header("Sec-Fetch-Site"))
                && !"navigate".equals(request.header("Sec-Fetch-Mode"));
        if (foreign || embedded) {
            throw new ApiException(ErrorCode.FOREIGN_ORIGIN, "pages of other sites may not use this server");
        }
    }

    private static boolean isOf(String origin, String host) {
        try {
            URI uri = URI.create(origin);
            return host.equalsIgnoreCase(uri.getAuthority())
                    && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isOpen(String path) {
        return OPEN.contains(path) || path.startsWith("/page/");
    }

    private boolean knowsToken(Context request) {
        String header = Optional.ofNullable(request.header("Authorization")).orElse("");
        if (header.startsWith("Bearer ")
                && isToken(header.substring("Bearer ".length()).strip())) {
            return true;
        }
        return Optional.ofNullable(request.cookie(COOKIE)).filter(this::isToken).isPresent();
    }
}
