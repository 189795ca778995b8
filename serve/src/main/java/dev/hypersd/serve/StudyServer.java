package dev.hypersd.serve;

import dev.hypersd.serve.api.RequestMemory;
import dev.hypersd.serve.api.StudyRoutes;
import dev.hypersd.serve.metrics.Metrics;
import dev.hypersd.study.StudyPictures;
import dev.hypersd.study.VoteFile;

/**
 * A server with the page of a preference study, on which people choose the better one of two pictures. No response
 * reveals which method drew a picture. Safe to share between threads.
 */
public final class StudyServer implements AutoCloseable {
    private final GuardedServer http;

    private StudyServer(VoteFile votes, StudyPictures pictures, ServerOptions options) {
        this.http = new GuardedServer(
                options,
                new Metrics(),
                new RequestMemory(options.limits().requests()),
                routes -> {
                    new StudyRoutes(votes, pictures).register(routes);
                    PageRoutes.STUDY.register(routes);
                },
                handshake -> {});
    }

    /**
     * Starts a server.
     *
     * @param votes the study and its votes
     * @throws dev.hypersd.error.HyperSdException if the port is in use or not permitted
     */
    public static StudyServer start(VoteFile votes, StudyPictures pictures, ServerOptions options) {
        StudyServer server = new StudyServer(votes, pictures, options);
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
