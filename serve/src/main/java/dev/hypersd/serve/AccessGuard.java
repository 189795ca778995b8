package dev.hypersd.serve;

import dev.hypersd.serve.api.RequestBody;
import dev.hypersd.serve.api.Responses;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.serve.queue.Network;
import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.SameSite;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Refuses requests for a host name that is not this server's (such a name resolves to this machine by DNS rebinding),
 * requests from pages of other sites, and requests without the token, if there is one.
 *
 * @param token the token that clients must send; empty if every client on this machine may use the server
 * @param hosts names by which this server is reached, in addition to localhost and addresses
 * @param origins other sites whose pages may use this server
 * @param throttle limits how many wrong tokens an address can try
 */
record AccessGuard(Optional<String> token, Set<String> hosts, Set<String> origins, TokenThrottle throttle) {
    private static final int MAX_LOGIN_BYTES = 4096;

    /** The cookie that holds the token for the page, whose WebSocket cannot send an Authorization header. */
    private static final String COOKIE = "hypersd-token";

    /**
     * An IP address in the Host header, which is safe: unlike a name, it cannot be made to resolve to another machine.
     */
    private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+]");

    private static final Pattern HOST = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9.-]+)(:\\d{1,5})?");

    /**
     * The paths that need no token, in addition to the files of the page: the page prompts for the token, and health
     * checks need none.
     */
    private static final Set<String> OPEN = Set.of("/", "/healthz", "/readyz", "/login");

    /**
     * Checks one request.
     *
     * @throws ApiException if the request is refused
     */
    void check(Context request) {
        String host = host(request);
        checkOrigin(request, host);
        if (isAllowed(request)) {
            CrossOrigin.allow(request);
            if (CrossOrigin.isPreflight(request)) {
                CrossOrigin.answerPreflight(request);
                return;
            }
        }
        if (token.isPresent() && !isOpen(Responses.path(request)) && !hasToken(request)) {
            Credentials.ask(request);
            throw new ApiException(
                    ErrorCode.INVALID_TOKEN,
                    "this server needs its token: send the header Authorization: Bearer TOKEN");
        }
    }

    /** Stores the token in a cookie for the page. No script can read the cookie, and other sites cannot send it. */
    void login(Context request) {
        String offered = RequestBody.json(request, MAX_LOGIN_BYTES).string("token", "");
        if (!isToken(request, offered)) {
            throw new ApiException(ErrorCode.INVALID_TOKEN, "this is not the token of this server");
        }
        if (token.isPresent()) {
            keep(request, offered);
        }
        Responses.json(request, Map.of("status", "welcome"));
    }

    private static void keep(Context request, String offered) {
        Cookie cookie = new Cookie(COOKIE, offered);
        cookie.setPath(request.contextPath() + "/");
        cookie.setHttpOnly(true);
        cookie.setSameSite(SameSite.STRICT);
        cookie.setSecure(request.req().isSecure());
        request.cookie(cookie);
    }

    /** Returns whether {@code offered} is the token, unless the address has tried too many wrong ones. */
    private boolean isToken(Context request, String offered) {
        return token.isEmpty() || throttle.isRight(Network.of(request.ip()), offered, this::isToken);
    }

    /** Compares tokens, which takes as long for a wrong one as for the right one. */
    private boolean isToken(String offered) {
        return token.filter(right -> MessageDigest.isEqual(
                        right.getBytes(StandardCharsets.UTF_8), offered.getBytes(StandardCharsets.UTF_8)))
                .isPresent();
    }

    private String host(Context request) {
        String header = Optional.ofNullable(request.header("Host")).orElse("");
        var parts = HOST.matcher(header);
        if (!parts.matches()) {
            throw new ApiException(ErrorCode.FOREIGN_HOST, "the request has no valid Host header");
        }
        String name = parts.group(1).toLowerCase(Locale.ROOT);
        if (!name.equals("localhost") && !ADDRESS.matcher(name).matches() && !hosts.contains(name)) {
            throw new ApiException(
                    ErrorCode.FOREIGN_HOST,
                    "this server does not accept the name in the Host header; --allow-host makes it accept the name");
        }
        return header;
    }

    private void checkOrigin(Context request, String host) {
        String origin = request.header("Origin");
        if (isAllowed(request)) {
            return;
        }
        boolean foreign = origin != null && !isOriginOf(host, origin);
        boolean embedded = "cross-site".equals(request.header("Sec-Fetch-Site"))
                && !"navigate".equals(request.header("Sec-Fetch-Mode"));
        if (foreign || embedded) {
            throw new ApiException(
                    ErrorCode.FOREIGN_ORIGIN,
                    "pages of other sites may not use this server; --allow-origin lets those of one site do so");
        }
    }

    /** Returns whether the request comes from a page of another site that may use this server. */
    boolean isAllowed(Context request) {
        return Optional.ofNullable(request.header("Origin"))
                .filter(origins::contains)
                .isPresent();
    }

    private static boolean isOriginOf(String host, String origin) {
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

    private boolean hasToken(Context request) {
        return Credentials.secret(request)
                .or(() -> Optional.ofNullable(request.cookie(COOKIE)))
                .filter(offered -> isToken(request, offered))
                .isPresent();
    }
}
