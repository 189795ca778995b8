package dev.hypersd.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.json.Json;
import dev.hypersd.tensor.Engine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The figures of a cluster are those of one machine. */
@Tag("slow")
class ClusterEvaluationTest {
    private static final int PROMPTS = 9;

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void sharesThatExecutorsJudgeGiveTheReportOfOneMachine() throws IOException {
        Engine.useThreads(1);
        report("alone");
        try (Cluster cluster = Cluster.start(Files.createDirectories(folder.resolve("cluster")), 2);
                JavaSparkContext spark = new JavaSparkContext(cluster.settings())) {
            assertThat(EvalCommand.judge(spark, 3, arguments("shared"), new PrintWriter(err, true)))
                    .isEqualTo(3);
        }
        err.getBuffer().setLength(0);
        report("shared");

        JsonNode alone = figures("alone");
        JsonNode shared = figures("shared");
        assertThat(shared.size()).isEqualTo(alone.size()).isGreaterThan(3);
        alone.properties().forEach(figure -> {
            if (!figure.getKey().equals("ms per image")) {
                assertThat(shared.get(figure.getKey()).asDouble())
                        .as(figure.getKey())
                        .isEqualTo(figure.getValue().asDouble());
            }
        });
    }

    private JsonNode figures(String name) throws IOException {
        return Json.MAPPER
                .readTree(Files.readString(folder.resolve(name).resolve("report.json")))
                .path("model");
    }

    private void report(String name) {
        int code = dev.hypersd.cli.Main.run(
                new PrintWriter(out, true), new PrintWriter(err, true), JudgeShare.eval(arguments(name)));
        assertThat(code).as(err.toString()).isZero();
    }

    private List<String> arguments(String name) {
        return new ArrayList<>(List.of(
                "--prompts",
                "test:" + PROMPTS,
                "--lora",
                "hyper-1step",
                "--vae",
                "tiny",
                "--out",
                folder.resolve(name).toString()));
    }
}
