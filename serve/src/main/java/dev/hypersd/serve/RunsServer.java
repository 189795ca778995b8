package dev.hypersd.serve;

import dev.hypersd.run.RunFolders;
import dev.hypersd.serve.api.RequestMemory;
import dev.hypersd.serve.api.RunRoutes;
import dev.hypersd.serve.metrics.Metrics;

/**
 * A server with the page of training runs, which shows their curves, samples and recipes while they go on. It reads the
 * folders of runs and changes nothing. Safe to share between threads.
 */
public final class RunsServer implements AutoCloseable {
    private final GuardedServer http;

    private RunsServer(RunFolders runs, ServerOptions options) {
        this.http = new GuardedServer(
                options,
                new Metrics(),
                new RequestMemory(options.limits().requests()),
                routes -> {
                    new RunRoutes(runs).register(routes);
                    PageRoutes.RUNS.register(routes);
                },
                handshake -> {});
    }

    /**
     * Starts a server.
     *
     * @throws dev.hypersd.error.HyperSdException if the port is in use or not permitted
     */
    public static RunsServer start(RunFolders runs, ServerOptions options) {
        RunsServer server = new RunsServer(runs, options);
        server.http.start();
        return server;
    }

    /** Returns the port on which the server listens. */
    public int port() {
        return http.port();
    }

    /** Accepts no more requests, and stops when those that are being answered are. */
    @Override
    public void close() {
        http.stop();
    }
}
