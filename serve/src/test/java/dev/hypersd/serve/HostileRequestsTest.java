package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.serve.queue.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * More than 200 hostile requests, each with exactly the response that it should get, while a monitor asks for the
 * server's health. Afterwards the server draws, and the process holds what it held before.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
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
            requests.stream()
                    .filter(request -> request.status() < 300)
                    .forEach(request -> failure(request, server.port()));
            server.untilIdle();
            Resources before = Resources.now();
            try (HealthWatch watch = HealthWatch.of(server.port())) {
                assertThat(failures(requests.stream(), server.port())).isEmpty();
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
            assertThat(failures(HostileVotes.all(), study.port())).isEmpty();
            assertThat(study.votes().votes()).isEmpty();
        }
    }

    /**
     * What is wrong with the answers, one paragraph for each request. It is one text, because a list is cut off in the
     * report of a failure.
     */
    private static String failures(Stream<HostileRequest> requests, int port) {
        return requests.flatMap(request -> failure(request, port).stream()).collect(Collectors.joining("\n"));
    }

    private static Optional<String> failure(HostileRequest request, int port) {
        try {
            request.check(port);
            return Optional.empty();
        } catch (AssertionError e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return Optional.of(request + " met with " + e);
        }
    }
}
