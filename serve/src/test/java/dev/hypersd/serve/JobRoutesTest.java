package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.GenerationParameters;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Jobs that are submitted, asked about by id, and cancelled. */
class JobRoutesTest {
    @AutoClose
    private static final TinyServer server = new TinyServer(ServerOptions.LOCAL
            .forEverybody()
            .behind(Proxies.LOCAL)
            .withLimits(TinyServer.patient(Duration.ofMinutes(1))));

    @Test
    void aJobIsAcceptedAtOnceAndItsPicturesAreThereLater() throws Exception {
        HttpResponse<String> accepted = server.post("/v1/jobs", TinyServer.SHORT.replace("}", ", \"stpes\": 2}"));
        assertThat(accepted.statusCode()).isEqualTo(202);
        String address = accepted.headers().firstValue("Location").orElseThrow();
        assertThat(address).matches("/v1/jobs/[0-9a-f-]{36}");
        TinyServer.until(() -> state(address).equals("done"));
        JsonNode job = TinyServer.json(server.get(address));
        byte[] picture = Base64.getDecoder()
                .decode(job.get("data").get(0).get("b64_json").asString());
        assertThat(GenerationParameters.find(picture).orElseThrow().prompt()).isEqualTo("short");
        assertThat(job.get("warnings").valueStream().map(JsonNode::asString))
                .contains("stpes is unknown and has no effect; do you mean steps?");
        assertThat(TinyServer.json(server.get("/v1/jobs")).get("data").findValuesAsString("id"))
                .contains(job.get("id").asString());
    }

    @Test
    void aJobSaysHowManyComeBeforeItAndWhatItsPictureLooksLike() throws Exception {
        String running = address(TinyServer.LONG);
        server.untilGenerating();
        String waiting = address(TinyServer.SHORT);
        assertThat(TinyServer.json(server.get(waiting)).get("before").asInt()).isZero();
        assertThat(state(running)).isEqualTo("drawing");
        TinyServer.until(() -> !job(running + "?preview=true").get("preview").isNull());
        assertThat(job(running).get("steps").asInt()).isEqualTo(1000);
        assertThat(server.send(server.request(running).DELETE()).statusCode()).isEqualTo(200);
        TinyServer.until(() -> state(running).equals("cancelled"));
        TinyServer.until(() -> state(waiting).equals("done"));
    }

    @Test
    void nobodySeesOrCancelsTheJobsOfOthers() throws Exception {
        String running = address(TinyServer.LONG);
        List<HttpResponse<String>> answers = new ArrayList<>();
        answers.add(server.get(running, "X-Forwarded-For", "10.1.2.3"));
        answers.add(server.send(
                server.request(running).header("X-Forwarded-For", "10.1.2.3").DELETE()));
        for (HttpResponse<String> answer : answers) {
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(TinyServer.message(answer)).startsWith("there is no job of this client at this address");
        }
        assertThat(TinyServer.json(server.get("/v1/jobs", "X-Forwarded-For", "10.1.2.3"))
                        .get("data")
                        .size())
                .isZero();
        server.send(server.request(running).DELETE());
        TinyServer.until(() -> state(running).equals("cancelled"));
    }

    @Test
    void whatCannotBeDrawnIsRefusedAtOnceOrToldLater() throws Exception {
        assertThat(server.post("/v1/jobs", "{\"prompt\": \"a\", \"size\": \"63x64\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(server.post("/v1/jobs", "{\"prompt\": \"a\", \"stream\": true}")
                        .statusCode())
                .isEqualTo(400);
        String broken = address("{\"prompt\": \"a\", \"model\": \"broken\", \"size\": \"64x64\"}");
        TinyServer.until(() -> state(broken).equals("failed"));
        assertThat(job(broken).get("error").get("message").asString()).contains("model_index.json");
    }

    private static String address(String body) throws Exception {
        HttpResponse<String> accepted = server.post("/v1/jobs", body);
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
        return accepted.headers().firstValue("Location").orElseThrow();
    }

    private static String state(String address) {
        return job(address).get("state").asString();
    }

    private static JsonNode job(String address) {
        try {
            return TinyServer.json(server.get(address));
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
