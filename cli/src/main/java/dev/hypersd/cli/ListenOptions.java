package dev.hypersd.cli;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.file.Shutdown;
import dev.hypersd.serve.Proxies;
import dev.hypersd.serve.ServerOptions;
import dev.hypersd.serve.queue.Limits;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Option;

/** The options that choose the address of a server, and who may use it. */
final class ListenOptions {
    private static final int LARGEST_TOKEN_FILE = 4096;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "The address to listen at; any but this machine's own needs a token. Default: 127.0.0.1.")
    String host = "";

    @Option(names = "--port", paramLabel = "N", defaultValue = "7860", description = "Default: 7860.")
    int port;

    @Option(
            names = "--token",
            paramLabel = "SECRET",
            description = "What clients must send. Other users of the machine can see it here; prefer --token-file or "
                    + "the environment variable HYPERSD_TOKEN.")
    Optional<String> token = Optional.empty();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "A file with nothing but what clients must send.")
    Optional<Path> tokenFile = Optional.empty();

    @Option(
            names = "--allow-host",
            paramLabel = "NAME",
            description = "A name by which the server is reached, besides localhost and addresses.")
    Set<String> hosts = Set.of();

    @Option(
            names = "--behind-proxy",
            description = "Believe a reverse proxy when it says whose requests it passes on (X-Forwarded-For). Needs a "
                    + "token or --no-token.")
    boolean behindProxy;

    @Option(
            names = "--proxy",
            paramLabel = "ADDRESS",
            split = ",",
            description = "The address of the proxy, or a range such as 172.16.0.0/12. Default: any on this machine.")
    List<String> proxies = List.of();

    @Option(names = "--no-token", description = "Everybody who reaches the proxy may use the server.")
    boolean noToken;

    @Option(
            names = "--base-path",
            paramLabel = "PATH",
            defaultValue = "",
            description = "The path below which everything is, such as /draw. Default: none.")
    String basePath = "";

    @Option(names = "--access-log", description = "Print one JSON object for each request.")
    boolean log;

    /**
     * Returns the options of a server.
     *
     * @param origins sites whose pages may use it
     * @param hasAliases whether names of OpenAI's models are taken
     * @param grace how long requests that wait are carried out when the server ends
     * @param out where the access log goes
     * @param err where a warning about the token goes
     */
    ServerOptions options(
            Set<String> origins, boolean hasAliases, Limits limits, Duration grace, PrintWriter out, PrintWriter err) {
        return new ServerOptions(
                host,
                port,
                secret(System.getenv(), err),
                hosts,
                proxies(),
                noToken,
                origins,
                basePath,
                hasAliases,
                limits,
                ServerOptions.WARM_UP,
                grace,
                log ? out::println : line -> {});
    }

    private Proxies proxies() {
        if (!behindProxy && !proxies.isEmpty()) {
            throw new InvalidRequestException(
                    "--proxy says which proxy is believed, and none is without --behind-proxy");
        }
        Proxies named = proxies.isEmpty() ? Proxies.LOCAL : Proxies.of(proxies);
        return behindProxy ? named : Proxies.NONE;
    }

    /**
     * Returns the token: that of the command line, or else that of the environment, if it has one.
     *
     * @param environment the environment variables
     */
    Optional<String> secret(Map<String, String> environment, PrintWriter err) {
        if (token.isPresent() && tokenFile.isPresent()) {
            throw new InvalidRequestException("--token and --token-file both say what clients must send: give one");
        }
        if (token.isPresent()) {
            err.println("warning: other users of this machine can see --token; prefer --token-file or HYPERSD_TOKEN");
        }
        return token.or(() -> tokenFile.map(ListenOptions::read))
                .or(() -> Optional.ofNullable(environment.get("HYPERSD_TOKEN")))
                .filter(secret -> !secret.isEmpty());
    }

    private static String read(Path file) {
        try {
            String secret = Files.size(file) > LARGEST_TOKEN_FILE
                    ? ""
                    : Files.readString(file).strip();
            if (secret.isEmpty() || secret.lines().count() > 1) {
                throw new InvalidFileException(file, "must contain one line, the token, and nothing else");
            }
            return secret;
        } catch (IOException e) {
            throw new InvalidFileException(file, "cannot be read as a token", e);
        }
    }

    /**
     * Says where a server is reached, and waits until the program is told to end.
     *
     * @param actual the port that the server listens at
     * @param closing closes the server, and what belongs to it; carried out once
     */
    void serve(int actual, PrintWriter err, Runnable closing) {
        CountDownLatch ended = new CountDownLatch(1);
        AtomicBoolean isClosed = new AtomicBoolean();
        Runnable close = () -> {
            if (!isClosed.getAndSet(true)) {
                closing.run();
            }
            ended.countDown();
        };
        Shutdown.register(close);
        err.println("serving at http://%s:%d%s (Ctrl+C ends it)"
                .formatted(host.contains(":") ? "[" + host + "]" : host, actual, basePath));
        try {
            ended.await();
        } catch (InterruptedException e) {
            close.run();
        }
    }
}
