package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.serve.queue.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * More than 200 hostile requests, each with exactly the response that it should get, while a monitor asks for the
 * server's health. Afterwards the server draws, and the process holds what it held before.
 */
class HostileRequestsTest {
    private static final String GENERATIONS = "/v1/images/generations";

    @TempDir
    private Path folder;

    @Test
    void everyHostileRequestIsAnsweredAsItShouldWhileHealthIsAnsweredWithinASecond() throws Exception {
        List<HostileRequest> requests = Stream.of(
                        HostileConnections.all(),
                        HostileFields.all(),
                        HostilePictures.all(),
                        HostileAutomatic1111.all(),
                        HostileGraphs.all(),
                        HostileSockets.all())
                .flatMap(list -> list)
                .toList();
        assertThat(requests).hasSizeGreaterThanOrEqualTo(200);
        Limits.Requests usual = Limits.DEFAULT.requests();
        Limits limits = Limits.DEFAULT.with(
                new Limits.Requests(1 << 20, 1 << 18, 1 << 20, usual.maxMemoryBytes(), usual.timeout()));
        try (TinyServer server = new TinyServer(ServerOptions.LOCAL.withLimits(limits))) {
            // Caches and pools fill up first.
            check(requests.stream().filter(request -> request.status() < 300).toList(), server.port());
            server.untilIdle();
            Resources before = Resources.now();
            try (HealthWatch watch = HealthWatch.of(server.port())) {
                check(requests, server.port());
            }
            server.untilIdle();
            TinyServer.until(() -> Resources.now().isLike(before));
            assertThat(server.post(GENERATIONS, TinyServer.SHORT).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void everyHostileRequestToAStudyIsAnsweredAsItShouldAndNoVoteIsKept() throws Exception {
        try (TinyStudy study = TinyStudy.open(folder, ServerOptions.LOCAL);
                HealthWatch watch = HealthWatch.of(study.port())) {
            check(HostileVotes.all().toList(), study.port());
            assertThat(study.votes().votes()).isEmpty();
        }
    }

    private static void check(List<HostileRequest> requests, int port) throws IOException {
        List<String> failures = new ArrayList<>();
        for (HostileRequest request : requests) {
            try {
                request.check(port);
            } catch (AssertionError e) {
                failures.add(e.getMessage());
            }
        }
        assertThat(failures).isEmpty();
    }
}
