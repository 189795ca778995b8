package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is done for a client ends when it leaves or cancels: within a step, and within the decoding of its picture. */
class LeavingClientsTest {
    private static final String GENERATIONS = "/v1/images/generations";

    /** A single step of a second or more. */
    private static final String LONG_STEP = TinyServer.SHORT.replace("64x64", "384x384");

    private static TinyServer server;
    private static String slowPicture;
    private static Duration step;

    @BeforeAll
    static void start() throws Exception {
        server = new TinyServer(ServerOptions.LOCAL.withLimits(TinyServer.patient(Duration.ofMinutes(1))));
        slowPicture = Base64.getEncoder().encodeToString(ProgressiveJpeg.of(3072, 98));
        step = taken(() ->
                assertThat(server.post(GENERATIONS, LONG_STEP).statusCode()).isEqualTo(200));
    }

    @AfterAll
    static void end() {
        server.close();
    }

    @Test
    void aStepEndsWhenItsClientLeaves() throws Exception {
        RawClient client = RawClient.of(server);
        client.send(RawClient.posting(GENERATIONS, LONG_STEP));
        untilDrawing();
        endsWithinAStep(client::close);
    }

    @Test
    void aStepEndsWhenItsClientInterruptsIt() throws Exception {
        CompletableFuture<HttpResponse<String>> drawing = server.later(GENERATIONS, LONG_STEP);
        untilDrawing();
        endsWithinAStep(() -> server.post("/sdapi/v1/interrupt", ""));
        assertThat(drawing.get(5, TimeUnit.SECONDS).statusCode()).isEqualTo(409);
    }

    @Test
    void aStepEndsWhenItsJobIsCancelled() throws Exception {
        String job = server.post("/v1/jobs", LONG_STEP)
                .headers()
                .firstValue("Location")
                .orElseThrow();
        untilDrawing();
        endsWithinAStep(
                () -> server.send(HttpRequest.newBuilder(server.uri(job)).DELETE()));
    }

    @Test
    void aStepEndsWhenItsSessionIsClosedOrAsksForSomethingElse() throws Exception {
        String draw = LONG_STEP.replace("{", "{\"type\": \"draw\", \"id\": 1, ");
        try (LiveClient client = LiveClient.of(server)) {
            client.send(draw);
            untilDrawing();
            Thread.sleep(300);
            endsWithinAStep(() -> {
                client.draw(2, 1);
                assertThat(client.until("picture").about().get("id").asInt()).isEqualTo(2);
            });
            client.send(draw);
            untilDrawing();
            endsWithinAStep(client::close);
        }
    }

    @Test
    void theDecodingOfAPictureEndsWhenItsSenderLeaves() throws Exception {
        String withPicture = TinyServer.SHORT.replace("}", ", \"image\": \"" + slowPicture + "\"}");
        RawClient client = RawClient.of(server);
        client.send(RawClient.posting(GENERATIONS, withPicture));
        untilDecoding();
        decodingEnds(client::close);
        LiveClient session = LiveClient.of(server);
        session.send(withPicture.replace("{", "{\"type\": \"draw\", \"id\": 1, "));
        untilDecoding();
        decodingEnds(session::close);
    }

    /** Something that may fail in a test. */
    private interface Action {
        void run() throws Exception;
    }

    private static Duration taken(Action action) throws Exception {
        long began = System.nanoTime();
        action.run();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private static void untilDrawing() throws InterruptedException {
        TinyServer.until(() -> metric("hypersd_drawing") == 1);
    }

    private static void endsWithinAStep(Action leaving) throws Exception {
        Duration ended = taken(() -> {
            leaving.run();
            TinyServer.until(() -> metric("hypersd_drawing") == 0);
        });
        assertThat(ended)
                .as("of a step of %s", step)
                .isLessThan(step.dividedBy(2).plusMillis(300));
    }

    private static void untilDecoding() throws Exception {
        TinyServer.until(() -> metric("hypersd_intake_bytes") > 8 * 3072 * 3072);
        Thread.sleep(100);
    }

    /** The server gives back the memory of a request once nothing is done for it any more. */
    private static void decodingEnds(Action leaving) throws Exception {
        assertThat(taken(() -> {
                    leaving.run();
                    TinyServer.until(() -> metric("hypersd_intake_bytes") == 0);
                }))
                .isLessThan(Duration.ofSeconds(1));
    }

    private static double metric(String name) {
        try {
            return server.metric(name);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
