package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class RunsServerTest {
    private static final String TOKEN = "a-token-of-twenty-four-c";

    @TempDir
    private Path folder;

    private TinyRuns runs;

    @BeforeEach
    void start() throws Exception {
        runs = TinyRuns.open(folder.resolve("runs"), ServerOptions.LOCAL);
    }

    @AfterEach
    void end() {
        runs.close();
    }

    @Test
    void runsAreListedWithTheirStates() throws Exception {
        JsonNode listed = json("/runs").path("runs");
        assertThat(listed).hasSize(2);
        int first = listed.get(0).path("running").asBoolean() ? 0 : 1;
        JsonNode going = listed.get(first);
        JsonNode ended = listed.get(1 - first);
        assertThat(going.path("name").asString()).isEqualTo(TinyRuns.GOING);
        assertThat(going.path("objective").asString()).isEqualTo("base");
        assertThat(going.path("step").asInt()).isEqualTo(20);
        assertThat(going.path("steps").asInt()).isEqualTo(60);
        assertThat(going.path("losses").path("student/loss").asDouble()).isEqualTo(0.05);
        assertThat(ended.path("running").asBoolean()).isFalse();
        assertThat(ended.path("faults").get(0).asString()).startsWith("log.jsonl: the line at byte");
    }

    @Test
    void curvesAreThoseOfTheLogAlsoWhenItHasGrown() throws Exception {
        String path = "/runs/curves" + of(TinyRuns.GOING);
        assertThat(json(path).path("curves").get(0).path("steps")).hasSize(20);
        runs.log(TinyRuns.GOING, 21);
        JsonNode loss = json(path).path("curves").get(0);
        assertThat(loss.path("name").asString()).isEqualTo("student/loss");
        assertThat(loss.path("steps").get(20).asInt()).isEqualTo(21);
        assertThat(loss.path("seconds").get(20).asDouble()).isEqualTo(21 * 90);
        assertThat(loss.path("means").get(19).asDouble()).isEqualTo(0.05);
        assertThat(loss.path("last").asDouble()).isEqualTo(1.0 / 21);
    }

    @Test
    void samplesAndTheRecipeAreSent() throws Exception {
        JsonNode samples = json("/runs/samples" + of(TinyRuns.ENDED)).path("samples");
        assertThat(samples).hasSize(4);
        assertThat(samples.get(3).path("step").asInt()).isEqualTo(40);
        HttpResponse<byte[]> sheet = runs.get("/runs/sheet" + of(TinyRuns.ENDED) + "&file="
                + samples.get(3).path("file").asString());
        assertThat(sheet.headers().firstValue("Content-Type")).hasValue("image/png");
        assertThat(Image.decode(Path.of("sheet"), sheet.body()).rgb()[0] & 0xFF).isEqualTo(200);
        assertThat(json("/runs/recipe" + of(TinyRuns.GOING))
                        .path("keys")
                        .path("training.steps")
                        .asString())
                .isEqualTo("60");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/runs/curves",
                "/runs/curves?run=",
                "/runs/curves?run=..",
                "/runs/curves?run=mini",
                "/runs/curves?run=../outside",
                "/runs/curves?run=mini/../mini/going",
                "/runs/curves?run=/etc",
                "/runs/curves?run=%00",
                "/runs/recipe?run=mini%2f..%2f..%2foutside",
                "/runs/samples?run=link",
                "/runs/sheet?run=mini/going",
                "/runs/sheet?run=mini/going&file=..%2flog.jsonl",
                "/runs/sheet?run=mini/going&file=step-00000010-%2f..%2f..%2flog.jsonl",
                "/runs/sheet?run=mini/going&file=step-00000010-other.png",
                "/log.jsonl",
                "/mini/going/log.jsonl",
                "/page/main.js",
                "/metrics"
            })
    void nothingElseIsSent(String path) throws Exception {
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Files.writeString(outside.resolve("log.jsonl"), "{\"step\":1,\"secret\":1}\n");
        Files.createSymbolicLink(folder.resolve("runs/link"), outside);
        HttpResponse<byte[]> response = runs.get(path);
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(new String(response.body(), StandardCharsets.UTF_8)).doesNotContain("secret", folder.toString());
    }

    @Test
    void theGuardsAreThoseOfTheServer() throws Exception {
        assertThat(runs.get("/runs", "Origin", "http://evil.example").statusCode())
                .isEqualTo(403);
        assertThat(runs.get("/runs", "Sec-Fetch-Site", "cross-site").statusCode())
                .isEqualTo(403);
        assertThat(runs.get("/").headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("default-src 'none'");
        runs.close();
        runs = TinyRuns.open(folder.resolve("locked"), ServerOptions.LOCAL.withToken(TOKEN));
        assertThat(runs.get("/").statusCode()).isEqualTo(200);
        List<String> paths = List.of("/runs", "/runs/curves", "/runs/recipe", "/runs/samples", "/runs/sheet");
        for (String path : paths) {
            assertThat(runs.get(path + of(TinyRuns.GOING)).statusCode())
                    .as(path)
                    .isEqualTo(401);
        }
        assertThat(runs.get("/runs", "Authorization", "Bearer " + TOKEN).statusCode())
                .isEqualTo(200);
    }

    private JsonNode json(String path) throws Exception {
        HttpResponse<byte[]> response = runs.get(path);
        assertThat(response.statusCode()).isEqualTo(200);
        return Json.MAPPER.readTree(response.body());
    }

    private static String of(String run) {
        return "?run=" + URLEncoder.encode(run, StandardCharsets.UTF_8);
    }
}
