package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/**
 * What is done for a client ends when it leaves or cancels: within a step, and within the decoding of its picture. How
 * fast the machine is does not matter: a step that ended early is not counted, and of decoding the time counts in which
 * the processor was busy with it.
 */
class LeavingClientsTest {
    private static final String GENERATIONS = "/v1/images/generations";

    /** A single step that takes longer than it takes a client to leave. */
    private static final String LONG_STEP = TinyServer.SHORT.replace("64x64", "512x512");

    @AutoClose
    private static final TinyServer server =
            new TinyServer(ServerOptions.LOCAL.withLimits(TinyServer.patient(Duration.ofMinutes(1))));

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
        assertThat(drawing.get().statusCode()).isEqualTo(409);
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
        String draw = LONG_STEP.replace("{", "{\"type\": \"draw\", \"id\": 1, \"final\": true, ");
        try (LiveClient client = LiveClient.of(server)) {
            client.send(draw);
            untilDrawing();
            double before = server.metric("hypersd_steps_total");
            client.draw(2, 1);
            assertThat(client.until("picture").about().get("id").asInt()).isEqualTo(2);
            assertThat(server.metric("hypersd_steps_total")).isEqualTo(before + 1);
            TinyServer.until(() -> metric("hypersd_drawing") == 0);
            client.send(draw);
            untilDrawing();
            endsWithinAStep(client::close);
        }
    }

    @Test
    void theDecodingOfAPictureEndsWhenItsSenderLeaves() throws Exception {
        String slow = Base64.getEncoder().encodeToString(ProgressiveJpeg.of(3072, 98));
        String withPicture = TinyServer.SHORT.replace("}", ", \"image\": \"" + slow + "\"}");
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

    private static void untilDrawing() throws InterruptedException {
        TinyServer.until(() -> metric("hypersd_drawing") == 1);
    }

    private static void endsWithinAStep(Action leaving) throws Exception {
        double before = server.metric("hypersd_steps_total");
        leaving.run();
        TinyServer.until(() -> metric("hypersd_drawing") == 0);
        assertThat(server.metric("hypersd_steps_total"))
                .as("steps that were completed")
                .isEqualTo(before);
    }

    /** Waits until a decoder has worked for a while. */
    private static void untilDecoding() throws Exception {
        Duration before = decoding();
        TinyServer.until(() -> decoding().minus(before).compareTo(Duration.ofMillis(50)) > 0);
    }

    /** The server gives back the memory of a request once nothing is done for it any more. */
    private static void decodingEnds(Action leaving) throws Exception {
        Duration before = decoding();
        leaving.run();
        TinyServer.until(() -> metric("hypersd_intake_bytes") == 0);
        assertThat(decoding().minus(before)).as("of about 10 s").isLessThan(Duration.ofSeconds(1));
    }

    /** How long the processor was busy with decoding pictures. */
    private static Duration decoding() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Duration.ofNanos(Stream.of(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread -> thread != null && thread.getThreadName().startsWith("hypersd-decoder"))
                .mapToLong(thread -> Math.max(0, threads.getThreadCpuTime(thread.getThreadId())))
                .sum());
    }

    private static double metric(String name) {
        try {
            return server.metric(name);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
