package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.json.Json;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Health, readiness, metrics and the access log. */
class MonitoringTest {
    private static final Pattern SAMPLE = Pattern.compile("[a-z_]+(\\{([a-z]+=\"[^\"]*\",?)+})? [0-9.eE+-]+(Inf)?");

    @Test
    void healthChecksMetricsAndAccessLogReportWhatTheServerDid() throws Exception {
        List<String> log = new CopyOnWriteArrayList<>();
        try (TinyServer server = new TinyServer(ServerOptions.LOCAL.withLog(log::add))) {
            assertThat(server.get("/healthz").body()).isEqualTo("{\"status\":\"alive\"}");
            assertThat(server.get("/readyz").body()).isEqualTo("{\"status\":\"ready\"}");
            server.post("/v1/images/generations", TinyServer.SHORT.replace("\"steps\": 1", "\"steps\": 3"));
            server.get("/secret-path-of-somebody");
            String metrics = server.get("/metrics").body();
            assertThat(metrics.lines().filter(line -> !line.startsWith("# ")))
                    .allMatch(line -> SAMPLE.matcher(line).matches());
            assertThat(metrics)
                    .contains(
                            "\nhypersd_pictures_total 1\n",
                            "\nhypersd_steps_total 3\n",
                            "\nhypersd_drawing_seconds_count 1\n",
                            "\nhypersd_drawing_seconds_bucket{le=\"+Inf\"} 1\n",
                            "hypersd_http_requests_total{route=\"/v1/images/generations\",status=\"200\"} 1\n",
                            "hypersd_http_requests_total{route=\"none\",status=\"404\"} 1\n",
                            "\nhypersd_queue_waiting 0\n",
                            "\nhypersd_heap_bytes ")
                    .doesNotContain("secret");
            TinyServer.until(() -> log.size() == 5);
            JsonNode line = Json.MAPPER.readTree(log.get(2));
            assertThat(line.get("method").asString()).isEqualTo("POST");
            assertThat(line.get("path").asString()).isEqualTo("/v1/images/generations");
            assertThat(line.get("status").asInt()).isEqualTo(200);
            assertThat(line.get("client").asString()).isEqualTo("127.0.0.1");
            assertThat(line.get("millis").asDouble()).isPositive();
            assertThat(log.get(2)).doesNotContain("short");
        }
    }

    @Test
    void aPortThatIsInUseIsReportedWithWhatToDo() {
        try (TinyServer server = TinyServer.open()) {
            ServerOptions same = new ServerOptions(
                    "127.0.0.1",
                    server.port(),
                    Optional.empty(),
                    Set.of(),
                    Proxies.NONE,
                    false,
                    Set.of(),
                    "",
                    true,
                    ServerOptions.LOCAL.limits(),
                    ServerOptions.LOCAL.warmUp(),
                    ServerOptions.LOCAL.grace(),
                    line -> {});
            assertThatThrownBy(() -> new TinyServer(same).close())
                    .isInstanceOf(HyperSdException.class)
                    .hasMessage("port %d of 127.0.0.1 is in use or not permitted: choose another port"
                            .formatted(server.port()));
        }
    }
}
