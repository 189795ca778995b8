package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.serve.queue.Limits;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Pictures that are small as files and take long to decode delay nobody but their sender. */
class SlowPictureTest {
    private static final int SIDE = 2048;
    private static final int SCANS = 98;
    private static final Duration LIMIT = Duration.ofSeconds(1);

    @Test
    void healthIsAnsweredWhilePicturesAreEnlargedAndEncoded() throws Exception {
        String body = "{\"image\": \"%s\", \"upscaler_1\": \"Lanczos\", \"upscaling_resize\": 256}"
                .formatted(TinyServer.base64(8, 8));
        try (TinyServer server = TinyServer.open()) {
            List<CompletableFuture<HttpResponse<String>>> slow = Stream.generate(
                            () -> server.later("/sdapi/v1/extra-single-image", body))
                    .limit(3L * Runtime.getRuntime().availableProcessors())
                    .toList();
            try (HealthWatch watch = HealthWatch.of(server.port())) {
                assertThat(slow).allMatch(larger -> larger.join().statusCode() == 200);
            }
        }
    }

    @Test
    void healthIsAnsweredAndTheServerEndsWhileSlowPicturesAreDecoded() throws Exception {
        Limits.Requests usual = Limits.DEFAULT.requests();
        TinyServer server = new TinyServer(ServerOptions.LOCAL
                .withGrace(Duration.ofSeconds(1))
                .withLimits(Limits.DEFAULT.with(new Limits.Requests(
                        usual.maxBodyBytes(), usual.maxMessageBytes(), usual.maxImagePixels(), 4L << 30, LIMIT))));
        long closed;
        try (server) {
            String body = "{\"prompt\": \"a\", \"image\": \"%s\"}"
                    .formatted(Base64.getEncoder().encodeToString(ProgressiveJpeg.of(SIDE, SCANS)));
            assertThat(body).hasSizeLessThan(1 << 20);
            List<CompletableFuture<HttpResponse<String>>> slow = Stream.generate(
                            () -> server.later("/v1/images/generations", body))
                    .limit(2L * Runtime.getRuntime().availableProcessors())
                    .toList();
            try (HealthWatch watch = HealthWatch.of(server.port())) {
                for (CompletableFuture<HttpResponse<String>> refused : slow) {
                    boolean onlyWaited = refused.join().statusCode() == 429;
                    assertThat(refused.join().statusCode()).isEqualTo(onlyWaited ? 429 : 413);
                    assertThat(TinyServer.message(refused.join()))
                            .isEqualTo(
                                    onlyWaited
                                            ? "images of other requests are being decoded: try again in 1 s"
                                            : "image was not decoded within 1 s: send a smaller image, or a PNG");
                }
            }
            assertThat(slow).anyMatch(refused -> refused.join().statusCode() == 413);
            assertThat(server.post(
                                    "/v1/images/generations",
                                    TinyServer.SHORT.replace(
                                            "}", ", \"image\": \"" + TinyServer.base64(64, 64) + "\"}"))
                            .statusCode())
                    .as("the decoders are free again")
                    .isEqualTo(200);
            var _ = server.later("/v1/images/generations", body);
            TinyServer.until(() -> isReading(server));
            closed = System.nanoTime();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - closed)).isLessThan(TinyServer.PATIENCE);
    }

    private static boolean isReading(TinyServer server) {
        try {
            return server.metric("hypersd_intake_bytes") > 0;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
