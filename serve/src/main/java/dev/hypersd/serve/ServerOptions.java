package dev.hypersd.serve;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.serve.queue.Limits;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The address of a server, and the clients that it serves.
 *
 * @param host the address on which the server listens
 * @param port the port on which the server listens; 0 for any free one
 * @param token the token that clients must send; required for every address but this machine's own
 * @param hosts names by which the server is reached, in addition to localhost and addresses
 * @param proxies the reverse proxies that are believed when they say whose requests they pass on
 * @param isForEverybody whether clients need no token although a proxy lets other machines reach the server
 * @param origins sites whose pages may use the server, such as {@code https://chat.example.org}
 * @param basePath the path below which everything is, such as {@code /draw}; empty for none
 * @param hasAliases whether names of OpenAI's models, which some clients insist on, mean the present model
 * @param limits the limits of requests and clients
 * @param warmUp how long the default model draws before the server is ready, so that the JVM has compiled its code; it
 *     draws once at least
 * @param grace the time for completing waiting requests when the server is closed
 * @param log receives the lines of the access log, one JSON object each
 */
public record ServerOptions(
        String host,
        int port,
        Optional<String> token,
        Set<String> hosts,
        Proxies proxies,
        boolean isForEverybody,
        Set<String> origins,
        String basePath,
        boolean hasAliases,
        Limits limits,
        Duration warmUp,
        Duration grace,
        Consumer<String> log) {
    /** The usual {@code warmUp}. */
    public static final Duration WARM_UP = Duration.ofMillis(1500);

    private static final int SHORTEST_TOKEN = 16;

    /** What the value of a cookie may be (RFC 6265, section 4.1.1), in which the page keeps the token. */
    private static final Pattern TOKEN = Pattern.compile("[!#-+\\--:<-\\[\\]-~]+");

    private static final Pattern ORIGIN =
            Pattern.compile("https?://[a-z0-9.-]+(:\\d{1,5})?|https?://\\[[0-9a-f:]+](:\\d{1,5})?");
    private static final Pattern BASE_PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)*");

    /** Options for any free port, reachable from this machine only, without an access log. */
    public static final ServerOptions LOCAL = new ServerOptions(
            "127.0.0.1",
            0,
            Optional.empty(),
            Set.of(),
            Proxies.NONE,
            false,
            Set.of(),
            "",
            true,
            Limits.DEFAULT,
            WARM_UP,
            Duration.ofSeconds(3),
            line -> {});

    public ServerOptions {
        hosts = Set.copyOf(hosts);
        origins = Set.copyOf(origins);
        for (String origin : origins) {
            if (!ORIGIN.matcher(origin).matches()) {
                throw new InvalidRequestException(
                        "\"%s\" is not the origin of a page; write scheme and host, such as https://chat.example.org"
                                .formatted(origin));
            }
        }
        if (!BASE_PATH.matcher(basePath).matches()) {
            throw new InvalidRequestException(
                    "\"%s\" is not a path that requests can begin with; write it like /draw".formatted(basePath));
        }
        if (port < 0 || port > 0xFFFF) {
            throw new InvalidRequestException("a port is 0 to 65535, not " + port);
        }
        if (token.isPresent() && token.get().length() < SHORTEST_TOKEN) {
            throw new InvalidRequestException(
                    "the token must have %d characters at least, not %d: others could guess it"
                            .formatted(SHORTEST_TOKEN, token.get().length()));
        }
        if (token.isPresent() && !TOKEN.matcher(token.get()).matches()) {
            throw new InvalidRequestException("the token must consist of English letters, digits and signs such as -, "
                    + "without spaces, quotes, commas, semicolons and backslashes: not every client can send others");
        }
        if (token.isEmpty() && !isLoopback(host)) {
            throw new InvalidRequestException(
                    "%s can be reached from other machines: give a token that clients must know, or listen at 127.0.0.1"
                            .formatted(host));
        }
        if (grace.isNegative()) {
            throw new InvalidRequestException("the grace period is 0 s at least, not %d".formatted(grace.toSeconds()));
        }
        if (token.isPresent() && isForEverybody) {
            throw new InvalidRequestException("a server for everybody has no token, and one is given: choose one");
        }
        if (token.isEmpty() && !proxies.ranges().isEmpty() && !isForEverybody) {
            throw new InvalidRequestException(
                    "other machines reach a server behind a proxy: give a token that clients must know (--token-file), "
                            + "or say that everybody may use it (--no-token)");
        }
    }

    /** Returns these options with another token. */
    public ServerOptions withToken(String secret) {
        return with(Optional.of(secret), proxies, isForEverybody, origins, basePath, limits, warmUp, grace, log);
    }

    /** Returns these options with other limits. */
    public ServerOptions withLimits(Limits others) {
        return with(token, proxies, isForEverybody, origins, basePath, others, warmUp, grace, log);
    }

    /** Returns these options with another access log. */
    public ServerOptions withLog(Consumer<String> lines) {
        return with(token, proxies, isForEverybody, origins, basePath, limits, warmUp, grace, lines);
    }

    /** Returns these options with another time for warming up. */
    public ServerOptions withWarmUp(Duration time) {
        return with(token, proxies, isForEverybody, origins, basePath, limits, time, grace, log);
    }

    /** Returns these options with another grace period. */
    public ServerOptions withGrace(Duration time) {
        return with(token, proxies, isForEverybody, origins, basePath, limits, warmUp, time, log);
    }

    /** Returns these options for a server behind proxies. */
    public ServerOptions behind(Proxies others) {
        return with(token, others, isForEverybody, origins, basePath, limits, warmUp, grace, log);
    }

    /** Returns these options for a server that everybody who reaches it may use. */
    public ServerOptions forEverybody() {
        return with(Optional.empty(), proxies, true, origins, basePath, limits, warmUp, grace, log);
    }

    /** Returns these options for pages of other sites too. */
    public ServerOptions withOrigins(Set<String> others) {
        return with(token, proxies, isForEverybody, others, basePath, limits, warmUp, grace, log);
    }

    /** Returns these options with everything below another path. */
    public ServerOptions below(String path) {
        return with(token, proxies, isForEverybody, origins, path, limits, warmUp, grace, log);
    }

    private ServerOptions with(
            Optional<String> newToken,
            Proxies newProxies,
            boolean everybody,
            Set<String> newOrigins,
            String newBasePath,
            Limits newLimits,
            Duration newWarmUp,
            Duration newGrace,
            Consumer<String> newLog) {
        return new ServerOptions(
                host,
                port,
                newToken,
                hosts,
                newProxies,
                everybody,
                newOrigins,
                newBasePath,
                hasAliases,
                newLimits,
                newWarmUp,
                newGrace,
                newLog);
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new InvalidRequestException("there is no address " + host + " on this machine");
        }
    }
}
