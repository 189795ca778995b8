package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.serve.queue.Limits;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Jobs wait, take turns, share batches, are cancelled, and end with the server. */
class QueueingTest {
    private static final String GENERATIONS = "/v1/images/generations";

    /** A short request whose picture may be drawn together with others. */
    private static final String TOGETHER = TinyServer.SHORT.replace("}", ", \"final\": false}");

    @Test
    void aFullQueueIsRefusedWithTheTimeAfterWhichToTryAgain() throws Exception {
        try (TinyServer server = withPlacesFor(2, 2)) {
            CompletableFuture<HttpResponse<String>> first = server.later(GENERATIONS, TinyServer.LONG);
            server.untilGenerating();
            List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                waiting.add(server.later(GENERATIONS, TinyServer.SHORT));
            }
            untilWaiting(server, 2);
            HttpResponse<String> refused = server.post(GENERATIONS, TinyServer.SHORT);
            assertThat(refused.statusCode()).isEqualTo(429);
            long seconds = refused.headers().firstValueAsLong("Retry-After").orElseThrow();
            assertThat(seconds).isBetween(1L, 600L);
            assertThat(TinyServer.message(refused))
                    .isEqualTo("the queue is full: try again in %d s".formatted(seconds));
            server.post("/sdapi/v1/interrupt", "");
            assertThat(first.get().statusCode()).isEqualTo(409);
            for (CompletableFuture<HttpResponse<String>> each : waiting) {
                assertThat(each.get().statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void aClientWithOneRequestIsServedBeforeTheRestOfAClientWithMany() throws Exception {
        try (TinyServer server = new TinyServer(
                ServerOptions.LOCAL.withLimits(together(0)).forEverybody().behind(Proxies.LOCAL))) {
            CompletableFuture<HttpResponse<String>> first =
                    server.later(GENERATIONS, TinyServer.LONG, "X-Forwarded-For", "10.0.0.9");
            server.untilGenerating();
            List<String> order = new ArrayList<>();
            List<CompletableFuture<?>> all = new ArrayList<>();
            for (String client : List.of("10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2")) {
                int waiting = all.size() + 1;
                all.add(server.later(GENERATIONS, TinyServer.SHORT, "X-Forwarded-For", client)
                        .thenAccept(answer -> {
                            synchronized (order) {
                                order.add(client);
                            }
                        }));
                untilWaiting(server, waiting);
            }
            server.post("/sdapi/v1/interrupt", "", "X-Forwarded-For", "10.0.0.9");
            for (CompletableFuture<?> each : all) {
                each.get();
            }
            assertThat(order.subList(0, 2)).as("the first two").contains("10.0.0.2");
            assertThat(first.get().statusCode()).isEqualTo(409);
        }
    }

    @Test
    void anInterruptEndsOnlyTheJobsOfItsOwnClient() throws Exception {
        try (TinyServer server = new TinyServer(
                ServerOptions.LOCAL.withLimits(together(0)).forEverybody().behind(Proxies.LOCAL))) {
            CompletableFuture<HttpResponse<String>> picture =
                    server.later(GENERATIONS, TinyServer.LONG, "X-Forwarded-For", "10.0.0.1");
            server.untilGenerating();
            server.post("/sdapi/v1/interrupt", "", "X-Forwarded-For", "10.0.0.2");
            server.untilAnotherStep();
            assertThat(picture).isNotDone();
            server.post("/sdapi/v1/interrupt", "", "X-Forwarded-For", "10.0.0.1");
            assertThat(picture.get().statusCode()).isEqualTo(409);
        }
    }

    @Test
    void behindAProxySessionsAreCountedByTheForwardedAddress() throws Exception {
        Limits limits = Limits.DEFAULT.with(new Limits.Clients(8, 8, 8, 1, Duration.ZERO));
        try (TinyServer server = new TinyServer(
                        ServerOptions.LOCAL.withLimits(limits).forEverybody().behind(Proxies.LOCAL));
                LiveClient first = LiveClient.of(server, "X-Forwarded-For", "10.0.0.1");
                LiveClient other = LiveClient.of(server, "X-Forwarded-For", "10.0.0.2");
                LiveClient second = LiveClient.of(server, "X-Forwarded-For", "10.0.0.1")) {
            first.draw(1, 1);
            other.draw(1, 1);
            assertThat(first.until("picture").about().get("id").asInt()).isEqualTo(1);
            assertThat(other.until("picture").about().get("id").asInt()).isEqualTo(1);
            assertThat(second.closed()).isEqualTo(1013);
        }
    }

    @Test
    void withoutAProxyTheForwardedAddressIsIgnored() throws Exception {
        try (TinyServer server = withPlacesFor(8, 1)) {
            CompletableFuture<HttpResponse<String>> first =
                    server.later(GENERATIONS, TinyServer.LONG, "X-Forwarded-For", "10.0.0.1");
            server.untilGenerating();
            CompletableFuture<HttpResponse<String>> second =
                    server.later(GENERATIONS, TinyServer.SHORT, "X-Forwarded-For", "10.0.0.2");
            untilWaiting(server, 1);
            assertThat(server.post(GENERATIONS, TinyServer.SHORT, "X-Forwarded-For", "10.0.0.3")
                            .statusCode())
                    .isEqualTo(429);
            server.post("/sdapi/v1/interrupt", "");
            assertThat(first.get().statusCode()).isEqualTo(409);
            assertThat(second.get().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void jobsThatMissTheirDeadlineAreAnsweredWithStatus504() throws Exception {
        try (TinyServer server =
                new TinyServer(ServerOptions.LOCAL.withLimits(TinyServer.patient(Duration.ofMillis(300))))) {
            CompletableFuture<HttpResponse<String>> drawing = server.later(GENERATIONS, TinyServer.LONG);
            HttpResponse<String> waiting = server.post(GENERATIONS, TinyServer.LONG.replace("64x64", "64x72"));
            for (HttpResponse<String> late : List.of(drawing.get(), waiting)) {
                assertThat(late.statusCode()).isEqualTo(504);
                assertThat(TinyServer.message(late))
                        .isEqualTo("the request was not done within 1 s, including waiting: choose fewer steps or a "
                                + "smaller picture, or try again "
                                + "later");
            }
            // On a busy machine another one may be late too.
            TinyServer.until(() -> status(server, TinyServer.SHORT) == 200);
        }
    }

    @Test
    void theJobOfAClientThatDisconnectsIsCancelled() throws Exception {
        try (TinyServer server = withPlacesFor(2, 2)) {
            try (RawClient client = RawClient.of(server)) {
                client.send(RawClient.posting(GENERATIONS, TinyServer.LONG));
                server.untilGenerating();
            }
            TinyServer.until(() -> isIdle(server));
            assertThat(server.metric("hypersd_pictures_total")).isZero();
        }
    }

    @Test
    void jobsThatDifferInPromptAndSeedShareABatchAndLookAsTheyDoAlone() throws Exception {
        try (TinyServer server = withPlacesFor(16, 16)) {
            List<String> bodies = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                bodies.add(TOGETHER.replace("short", "cat " + i).replace("\"seed\": 1", "\"seed\": " + i));
            }
            List<byte[]> alone = new ArrayList<>();
            for (String body : bodies) {
                alone.add(TinyServer.picture(server.post(GENERATIONS, body).body()));
            }
            double before = server.metric("hypersd_drawing_seconds_count");
            CompletableFuture<HttpResponse<String>> first = server.later(GENERATIONS, TinyServer.LONG);
            server.untilGenerating();
            List<CompletableFuture<HttpResponse<String>>> together =
                    bodies.stream().map(body -> server.later(GENERATIONS, body)).toList();
            untilWaiting(server, 4);
            server.post("/sdapi/v1/interrupt", "");
            assertThat(first.get().statusCode()).isEqualTo(409);
            for (int i = 0; i < 4; i++) {
                ImageAssertions.assertAlike(
                        TinyServer.picture(together.get(i).get().body()), alone.get(i));
            }
            assertThat(server.metric("hypersd_drawing_seconds_count") - before).isEqualTo(1);
        }
    }

    @Test
    void aWarningAboutAPromptGoesToItsJobAloneAlsoInABatch() throws Exception {
        try (TinyServer server = withPlacesFor(16, 16)) {
            double before = server.metric("hypersd_drawing_seconds_count");
            CompletableFuture<HttpResponse<String>> first = server.later(GENERATIONS, TinyServer.LONG);
            server.untilGenerating();
            CompletableFuture<HttpResponse<String>> warned =
                    server.later(GENERATIONS, TOGETHER.replace("short", "secret ".repeat(100)));
            CompletableFuture<HttpResponse<String>> other = server.later(GENERATIONS, TOGETHER);
            untilWaiting(server, 2);
            server.post("/sdapi/v1/interrupt", "");
            assertThat(first.get().statusCode()).isEqualTo(409);
            assertThat(warned.get().body()).contains("the prompt is longer than the");
            assertThat(other.get().body()).contains("b64_json").doesNotContain("secret", "the prompt is longer");
            assertThat(server.metric("hypersd_drawing_seconds_count") - before).isEqualTo(1);
        }
    }

    @Test
    void aJobThatFailsInABatchDoesNotFailTheOthers() throws Exception {
        try (TinyServer server = withPlacesFor(16, 16)) {
            CompletableFuture<HttpResponse<String>> first = server.later(GENERATIONS, TinyServer.LONG);
            server.untilGenerating();
            String bad = TOGETHER.replace("\"guidance\": 1", "\"guidance\": 1, \"clip_skip\": 50");
            CompletableFuture<HttpResponse<String>> broken = server.later(GENERATIONS, bad);
            CompletableFuture<HttpResponse<String>> good = server.later(GENERATIONS, TOGETHER);
            untilWaiting(server, 2);
            server.post("/sdapi/v1/interrupt", "");
            assertThat(first.get().statusCode()).isEqualTo(409);
            assertThat(good.get().statusCode()).isEqualTo(200);
            assertThat(broken.get().statusCode()).isEqualTo(400);
            assertThat(TinyServer.message(broken.get())).contains("cannot skip the last 50 layers");
        }
    }

    @Test
    void aServerThatClosesFinishesWaitingJobsAndRefusesNewOnes() throws Exception {
        TinyServer server = new TinyServer(ServerOptions.LOCAL
                .withLimits(TinyServer.patient(Duration.ofMinutes(1)))
                .withGrace(Duration.ofMinutes(1)));
        CompletableFuture<HttpResponse<String>> drawing = server.later(GENERATIONS, TinyServer.LONG);
        server.untilGenerating();
        CompletableFuture<HttpResponse<String>> waiting =
                server.later(GENERATIONS, TinyServer.SHORT.replace("\"steps\": 1", "\"steps\": 4"));
        untilWaiting(server, 1);
        Thread closing = Thread.ofVirtual().start(() -> server.server().close());
        TinyServer.until(() -> readiness(server) == 503);
        HttpResponse<String> late = server.post(GENERATIONS, TinyServer.SHORT);
        assertThat(late.statusCode()).isEqualTo(503);
        assertThat(TinyServer.message(late)).isEqualTo("the server is shutting down");
        assertThat(drawing).isNotDone();
        server.post("/sdapi/v1/interrupt", "");
        assertThat(drawing.get().statusCode()).isEqualTo(409);
        assertThat(waiting.get().statusCode()).isEqualTo(200);
        closing.join();
        server.close();
    }

    @Test
    void jobsThatAreNotDoneWithinTheGracePeriodAreAnsweredWithStatus503() throws Exception {
        TinyServer server = new TinyServer(ServerOptions.LOCAL.withGrace(Duration.ofMillis(50)));
        CompletableFuture<HttpResponse<String>> drawing =
                server.later(GENERATIONS, TinyServer.LONG.replace("1000", "100").replace("64x64", "256x256"));
        server.untilGenerating();
        CompletableFuture<HttpResponse<String>> waiting = server.later(GENERATIONS, TinyServer.SHORT);
        untilWaiting(server, 1);
        server.server().close();
        for (HttpResponse<String> each : List.of(drawing.get(), waiting.get())) {
            assertThat(each.statusCode()).isEqualTo(503);
            assertThat(TinyServer.message(each)).isEqualTo("the server is shutting down");
        }
        server.close();
    }

    @Test
    void aRequestThatAloneNeedsTooMuchMemoryIsRefusedWithStatus413() throws Exception {
        try (TinyServer server = withRequestMemory(200_000)) {
            HttpResponse<String> refused = server.post(GENERATIONS, withOriginal(TinyServer.SHORT));
            assertThat(refused.statusCode()).isEqualTo(413);
            assertThat(TinyServer.message(refused))
                    .isEqualTo("the body and its images take up more than the 200000 bytes of memory for requests:"
                            + " send less");
            assertAllMemoryIsGivenBack(server);
        }
    }

    @Test
    void aRequestForWhichOthersLeaveNoMemoryIsRefusedWithTheTimeAfterWhichToTryAgain() throws Exception {
        try (TinyServer server = withRequestMemory(1_000_000)) {
            CompletableFuture<HttpResponse<String>> first = server.later(GENERATIONS, withOriginal(TinyServer.LONG));
            server.untilGenerating();
            HttpResponse<String> refused = server.post(GENERATIONS, withOriginal(TinyServer.SHORT));
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("Retry-After")).contains("1");
            assertThat(TinyServer.message(refused))
                    .isEqualTo("the bodies and images of other requests fill the memory for them: try again in 1 s");
            server.post("/sdapi/v1/interrupt", "");
            assertThat(first.get().statusCode()).isEqualTo(409);
            assertThat(server.post(GENERATIONS, withOriginal(TinyServer.SHORT)).statusCode())
                    .isEqualTo(200);
            assertAllMemoryIsGivenBack(server);
        }
    }

    /** An original of 256x256 pixels, for which a request reserves 524,288 bytes. */
    private static String withOriginal(String body) {
        return body.replace("64x64", "256x256")
                .replace("}", ", \"strength\": 1, \"image\": \"" + TinyServer.base64(256, 256) + "\"}");
    }

    private static void assertAllMemoryIsGivenBack(TinyServer server) throws Exception {
        TinyServer.until(() -> metric(server, "hypersd_intake_bytes") == 0);
    }

    private static TinyServer withRequestMemory(long bytes) {
        Limits.Requests usual = Limits.DEFAULT.requests();
        return new TinyServer(ServerOptions.LOCAL.withLimits(TinyServer.patient(Duration.ofMinutes(1))
                .with(new Limits.Requests(
                        usual.maxBodyBytes(),
                        usual.maxMessageBytes(),
                        usual.maxImagePixels(),
                        bytes,
                        usual.timeout()))));
    }

    private static TinyServer withPlacesFor(int all, int ofOne) {
        return new TinyServer(ServerOptions.LOCAL.withLimits(TinyServer.patient(Duration.ofMinutes(1))
                .with(new Limits.Clients(
                        all, ofOne, 4, 4, Limits.DEFAULT.clients().moment()))));
    }

    private static Limits together(long pixels) {
        Limits.Generation usual = TinyServer.patient(Duration.ofMinutes(1)).generation();
        return Limits.DEFAULT.with(new Limits.Generation(
                usual.maxSide(),
                usual.maxSteps(),
                usual.maxImages(),
                usual.maxWork(),
                usual.maxPromptLength(),
                pixels,
                usual.deadline()));
    }

    private static void untilWaiting(TinyServer server, int number) throws InterruptedException {
        TinyServer.until(() -> metric(server, "hypersd_queue_waiting") == number);
    }

    private static boolean isIdle(TinyServer server) {
        return metric(server, "hypersd_queue_waiting") == 0 && metric(server, "hypersd_drawing") == 0;
    }

    private static double metric(TinyServer server, String name) {
        try {
            return server.metric(name);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static int readiness(TinyServer server) {
        try {
            return server.get("/readyz").statusCode();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static int status(TinyServer server, String body) {
        try {
            return server.post(GENERATIONS, body).statusCode();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
