package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.serve.queue.Limits;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;

/** Pictures that are small as files and take long to decode delay nobody but their sender. */
class SlowPictureTest {
    private static final int SIDE = 2048;
    private static final int SCANS = 98;
    private static final Duration LIMIT = Duration.ofSeconds(1);

    @Test
    void healthIsAnsweredAndTheServerEndsWhileSlowPicturesAreDecoded() throws Exception {
        Limits.Requests usual = Limits.DEFAULT.requests();
        TinyServer server = new TinyServer(ServerOptions.LOCAL
                .withGrace(Duration.ofSeconds(1))
                .withLimits(Limits.DEFAULT.with(new Limits.Requests(
                        usual.maxBodyBytes(), usual.maxMessageBytes(), usual.maxImagePixels(), 4L << 30, LIMIT))));
        long closed;
        try (server) {
            String body = "{\"prompt\": \"a\", \"image\": \"%s\"}".formatted(slowJpeg());
            assertThat(body).hasSizeLessThan(1 << 20);
            assertThat(server.get("/healthz").statusCode()).isEqualTo(200);
            List<CompletableFuture<HttpResponse<String>>> slow = Stream.generate(
                            () -> server.later("/v1/images/generations", body))
                    .limit(2L * Runtime.getRuntime().availableProcessors())
                    .toList();
            Thread.sleep(500);
            long asked = System.nanoTime();
            assertThat(server.get("/healthz").statusCode()).isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(1));
            for (CompletableFuture<HttpResponse<String>> refused : slow) {
                boolean onlyWaited = refused.join().statusCode() == 429;
                assertThat(refused.join().statusCode()).isEqualTo(onlyWaited ? 429 : 413);
                assertThat(TinyServer.message(refused.join()))
                        .isEqualTo(
                                onlyWaited
                                        ? "images of other requests are being decoded: try again in 1 s"
                                        : "image was not decoded within 1 s: send a smaller image, or a PNG");
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
            Thread.sleep(200);
            closed = System.nanoTime();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - closed)).isLessThan(Duration.ofSeconds(10));
    }

    /** A progressive JPEG that repeats its last scan, in Base64. */
    private static String slowJpeg() throws IOException {
        byte[] usual = progressiveJpeg();
        int last = lastScan(usual);
        ByteArrayOutputStream slow = new ByteArrayOutputStream();
        slow.write(usual, 0, usual.length - 2);
        for (int scans = 10; scans < SCANS; scans++) {
            slow.write(usual, last, usual.length - 2 - last);
        }
        slow.write(usual, usual.length - 2, 2);
        return Base64.getEncoder().encodeToString(slow.toByteArray());
    }

    private static byte[] progressiveJpeg() throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam progressive = writer.getDefaultWriteParam();
        progressive.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ImageOutputStream out = ImageIO.createImageOutputStream(file)) {
            writer.setOutput(out);
            BufferedImage black = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
            writer.write(null, new IIOImage(black, null, null), progressive);
        } finally {
            writer.dispose();
        }
        return file.toByteArray();
    }

    private static int lastScan(byte[] jpeg) {
        for (int i = jpeg.length - 2; i > 0; i--) {
            if ((jpeg[i] & 0xFF) == 0xFF && (jpeg[i + 1] & 0xFF) == 0xDA) {
                return i;
            }
        }
        throw new IllegalStateException("no scan");
    }
}
