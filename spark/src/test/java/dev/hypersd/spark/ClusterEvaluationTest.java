package dev.hypersd.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.json.Json;
import dev.hypersd.metric.FeatureStatistics;
import dev.hypersd.mini.EmbeddedModel;
import dev.hypersd.tensor.Engine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The figures of a cluster are those of one machine. */
@ExtendWith(Cluster.Shared.class)
class ClusterEvaluationTest {
    private static final int PROMPTS = 9;

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void useOneThread() {
        Engine.useThreads(1);
    }

    @Test
    @Tag("slow")
    void sharesThatExecutorsJudgeGiveTheReportOfOneMachine(Cluster cluster) throws IOException {
        alone(evaluation("alone"));
        judged(cluster, 3, evaluation("shared"));
        assertAreAlike(
                figures("alone", "report.json").path("model"),
                figures("shared", "report.json").path("model"));
    }

    @Test
    @Tag("slow")
    void methodsThatExecutorsCompareHaveTheTableOfOneMachine(Cluster cluster) throws IOException {
        alone(comparison("alone"));
        judged(cluster, 2, comparison("shared"));
        JsonNode alone = figures("alone", "results.json").path("methods");
        JsonNode shared = figures("shared", "results.json").path("methods");
        assertThat(alone.size()).isEqualTo(2).isEqualTo(shared.size());
        for (int i = 0; i < 2; i++) {
            assertAreAlike(
                    alone.get(i).path("seeds").path(0),
                    shared.get(i).path("seeds").path(0));
            assertThat(shared.get(i).path("differences")).isEqualTo(alone.get(i).path("differences"));
        }
        assertThat(folder.resolve("shared/table.md")).exists();
    }

    @Test
    void statisticsThatAreMergedInATreeAreThoseOfOneMachine(Cluster cluster) {
        Random random = new Random(1);
        List<double[]> features = IntStream.range(0, 4500)
                .mapToObj(_ -> random.doubles(6).map(x -> 1000 + x).toArray())
                .toList();
        FeatureStatistics alone = FeatureStatistics.of(features);
        FeatureStatistics merged = JudgeCommand.statistics(cluster.connection()).of(features);
        assertThat(merged.mean()).containsExactly(alone.mean(), within(1e-9));
        assertThat(merged.covariance()).containsExactly(alone.covariance(), within(1e-9));
    }

    private void alone(List<String> command) {
        int code = dev.hypersd.cli.Main.run(
                new PrintWriter(out, true), new PrintWriter(err, true), command.toArray(String[]::new));
        assertThat(code).as(err.toString()).isZero();
    }

    private void judged(Cluster cluster, int shares, List<String> command) {
        err.getBuffer().setLength(0);
        int code = JudgeCommand.run(
                cluster.connection(), shares, command, new PrintWriter(out, true), new PrintWriter(err, true));
        assertThat(code).as(err.toString()).isZero();
        assertThat(err.toString()).contains(shares + " shares are judged");
    }

    private static void assertAreAlike(JsonNode alone, JsonNode shared) {
        assertThat(shared.size()).isEqualTo(alone.size()).isGreaterThan(3);
        alone.properties().forEach(figure -> {
            if (!figure.getKey().equals("ms per image")) {
                // Means of the same numbers in the same order are equal; distances differ by rounding.
                assertThat(shared.get(figure.getKey()).asDouble())
                        .as(figure.getKey())
                        .isCloseTo(figure.getValue().asDouble(), within(1e-6));
            }
        });
    }

    private JsonNode figures(String name, String file) throws IOException {
        return Json.MAPPER.readTree(Files.readString(folder.resolve(name).resolve(file)));
    }

    private List<String> evaluation(String name) {
        return List.of(
                "eval",
                "--prompts",
                "test:" + PROMPTS,
                "--lora",
                "hyper-1step",
                "--vae",
                "tiny",
                "--out",
                folder.resolve(name).toString());
    }

    private List<String> comparison(String name) {
        return List.of(
                "compare",
                "--set=output=" + folder.resolve(name),
                "--set=model=" + EmbeddedModel.folder(),
                "--set=prompts=4",
                "--set=batch=1",
                "--set=diversity_prompts=0",
                "--set=methods=[{name: quick, loras: [%s], steps: 1}, {name: plain, steps: 1}]"
                        .formatted(EmbeddedModel.loras().get("hyper-1step")));
    }
}
