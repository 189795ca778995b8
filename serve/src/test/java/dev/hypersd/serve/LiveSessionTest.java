package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.image.Image;
import dev.hypersd.serve.queue.Limits;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class LiveSessionTest {
    @AutoClose
    private static final TinyServer server = withMoment(Duration.ZERO);

    /** A server for three live sessions of one client. */
    private static TinyServer withMoment(Duration moment) {
        return new TinyServer(ServerOptions.LOCAL.withLimits(
                TinyServer.patient(Duration.ofMinutes(1)).with(new Limits.Clients(32, 8, 4, 3, moment))));
    }

    @Test
    void everyStepIsReportedWithAPreviewBeforeTheImageIsSent() throws Exception {
        try (LiveClient client = LiveClient.of(server)) {
            client.send("""
                    {"type": "draw", "id": 7, "prompt": "a cat", "width": 64, "height": 64, "steps": 3, \
                    "sampler": "ddim", "seed": 5}""");
            List<String> seen = new ArrayList<>();
            LiveClient.Message last = client.next();
            for (; !last.type().equals("picture"); last = client.next()) {
                seen.add(last.type() + " " + last.about().get("step").asInt());
            }
            assertThat(seen).containsExactly("progress 1", "preview 1", "progress 2", "preview 2", "progress 3");
            assertThat(last.about().get("id").asInt()).isEqualTo(7);
            assertThat(last.about().get("seed").asInt()).isEqualTo(5);
            assertThat(Image.decode(Path.of("answer"), last.picture()).width()).isEqualTo(64);
            assertThat(GenerationParameters.find(last.picture()).orElseThrow().prompt())
                    .isEqualTo("a cat");
        }
    }

    @Test
    void warningsAboutARequestAreSentWithThePicture() throws Exception {
        try (LiveClient client = LiveClient.of(server)) {
            client.send("""
                    {"id": 1, "prompt": "a cat", "size": "64x64", "steps": 1, "guidance": 1, \
                    "negative_prompt": "dogs"}""");
            JsonNode warnings = client.until("picture").about().get("warnings");
            assertThat(warnings.size()).isEqualTo(1);
            assertThat(warnings.get(0).asString()).isEqualTo("the negative prompt has no effect: guidance is off");
            client.draw(2, 1);
            assertThat(client.until("picture").about().get("warnings").isEmpty())
                    .isTrue();
        }
    }

    @Test
    void previewsCanBeLeftOut() throws Exception {
        try (LiveClient client = LiveClient.of(server)) {
            client.send("{\"id\": 1, \"prompt\": \"a\", \"width\": 64, \"height\": 64, \"steps\": 2, \"sampler\": "
                    + "\"ddim\", \"previews\": false}");
            assertThat(client.types("picture")).containsExactly("progress", "progress", "picture");
        }
    }

    @Test
    void theLatestRequestCancelsAllEarlierOnes() throws Exception {
        try (LiveClient client = LiveClient.of(server)) {
            client.draw(1, 1000);
            client.until("progress");
            for (int id = 2; id < 20; id++) {
                client.draw(id, 1000);
            }
            client.draw(20, 1);
            List<Integer> cancelled = new ArrayList<>();
            LiveClient.Message message = client.next();
            for (; !message.type().equals("picture"); message = client.next()) {
                assertThat(message.type()).isNotEqualTo("error");
                if (message.type().equals("cancelled")) {
                    cancelled.add(message.about().get("id").asInt());
                }
            }
            assertThat(message.about().get("id").asInt()).isEqualTo(20);
            // Each one that was replaced is told so; the order is that in which they ended.
            assertThat(cancelled).hasSize(19).doesNotHaveDuplicates();
        }
    }

    @Test
    void aPictureThatIsDrawnForAMomentIsFinishedAndOfTheWaitingRequestsOnlyTheLatestIsRun() throws Exception {
        try (TinyServer patient = withMoment(TinyServer.PATIENCE);
                LiveClient client = LiveClient.of(patient)) {
            client.draw(1, 100);
            client.until("progress");
            for (int id = 2; id <= 9; id++) {
                client.draw(id, 1);
            }
            List<Integer> pictures = new ArrayList<>();
            List<Integer> cancelled = new ArrayList<>();
            while (!pictures.contains(9)) {
                LiveClient.Message message = client.next();
                int id = message.about().get("id").asInt();
                switch (message.type()) {
                    case "picture" -> pictures.add(id);
                    case "cancelled" -> cancelled.add(id);
                    default -> assertThat(message.type()).isEqualTo("progress");
                }
            }
            assertThat(pictures).startsWith(1).endsWith(9).isSorted();
            assertThat(cancelled).hasSize(9 - pictures.size()).doesNotContainAnyElementsOf(pictures);
        }
    }

    @Test
    void aCancelMessageEndsTheRunningJob() throws Exception {
        double before = server.metric("hypersd_pictures_total");
        try (LiveClient client = LiveClient.of(server)) {
            client.draw(1, 1000);
            client.until("progress");
            client.send("{\"type\": \"cancel\"}");
            assertThat(client.until("cancelled").about().get("id").asInt()).isEqualTo(1);
        }
        TinyServer.until(() -> isIdle());
        assertThat(server.metric("hypersd_pictures_total")).isEqualTo(before);
    }

    @Test
    void theJobOfASessionThatDisconnectsIsCancelled() throws Exception {
        double before = server.metric("hypersd_pictures_total");
        try (LiveClient client = LiveClient.of(server)) {
            client.draw(1, 1000);
            client.until("progress");
        }
        TinyServer.until(() -> isIdle());
        assertThat(server.metric("hypersd_pictures_total"))
                .as("a job that was cancelled makes no image")
                .isEqualTo(before);
    }

    @Test
    void invalidMessagesAreAnsweredWithErrorsAndTheSessionContinues() throws Exception {
        try (LiveClient client = LiveClient.of(server)) {
            client.send("{");
            assertThat(client.error()).startsWith("request:");
            client.send("[]");
            assertThat(client.error()).isEqualTo("request: is not a JSON object but []");
            client.send("{\"type\": \"paint\"}");
            assertThat(client.error()).isEqualTo("the type of a message is draw or cancel");
            client.send("{\"id\": 3}");
            assertThat(client.error()).isEqualTo("the request has no prompt");
            client.send("{\"prompt\": \"a\", \"image\": \"%%%\"}");
            assertThat(client.error()).isEqualTo("image is not an image in Base64");
            client.sendBinary(new byte[] {1, 2, 3});
            assertThat(client.error()).isEqualTo("messages to a live session are text");
            client.draw(4, 1);
            assertThat(client.until("picture").about().get("id").asInt()).isEqualTo(4);
        }
    }

    @Test
    void aMessageThatIsTooLargeEndsTheSession() throws Exception {
        try (LiveClient client = LiveClient.of(server)) {
            client.sendEvenIfClosed("{\"prompt\": \"" + "a".repeat(5 << 20) + "\"}");
            assertThat(client.closed()).isEqualTo(1009);
        }
    }

    @Test
    void sessionsBeyondTheLimitOfAClientAreClosedWithCode1013() throws Exception {
        List<LiveClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                clients.add(LiveClient.of(server));
                clients.getLast().draw(1, 1);
                clients.getLast().until("picture");
            }
            try (LiveClient tooMany = LiveClient.of(server)) {
                assertThat(tooMany.closed()).isEqualTo(1013);
            }
        } finally {
            clients.forEach(LiveClient::close);
        }
        TinyServer.until(() -> isIdle());
    }

    @Test
    void pagesOfOtherSitesCannotOpenASession() {
        assertThatThrownBy(() -> LiveClient.of(server, "Origin", "https://evil.example"))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        e -> assertThat(e.getResponse().statusCode()).isEqualTo(403));
    }

    @Test
    void aSessionUsesTheOriginalTheControlNetAndTheLorasOfARequest() throws Exception {
        try (LiveClient client = LiveClient.of(server)) {
            client.send("""
                    {"id": 1, "prompt": "a cat", "size": "64x64", "steps": 2, "seed": 1, "strength": 0.5,
                     "model": "sd15", "image": "data:image/png;base64,%1$s",
                     "controls": [{"name": "controlnet-sd15", "scale": 0.5, "image": "%1$s"}],
                     "loras": [{"name": "sd15-b-peft", "weight": 0.25}]}""".formatted(TinyServer.base64(64, 64)));
            LiveClient.Message message = client.until("picture");
            assertThat(message.about().get("parameters").asString())
                    .contains(
                            "Denoising strength: 0.5",
                            "Model: controlnet-sd15, Weight: 0.5",
                            "sd15-b-peft.safetensors:0.25");
        }
    }

    private static boolean isIdle() {
        try {
            return server.metric("hypersd_live_sessions") == 0
                    && server.get("/sdapi/v1/progress").body().contains("\"job_count\":0");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
