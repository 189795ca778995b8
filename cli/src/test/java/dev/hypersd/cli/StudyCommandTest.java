package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.json.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyCommandTest {
    private static final Path SD15 = Path.of(System.getProperty("hypersd.reference"), "pipelines/models/sd15");
    private static final Pattern ADDRESS = Pattern.compile("serving at (http://127\\.0\\.0\\.1:\\d+) ");
    private static final String RATER = "0123456789abcdef0123456789abcdef";

    @TempDir
    private Path folder;

    private Path recipe;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void write() throws Exception {
        recipe = Files.writeString(folder.resolve("recipe.yaml"), """
            model: MODEL
            output: FOLDER/out
            prompts: 2
            methods:
              - {name: Base, steps: [2, 1], guidance: 3}
            """.replace("MODEL", SD15.toString())
                .replace("FOLDER", folder.toString()));
    }

    @Test
    void picturesAreDrawnPeopleVoteAndTheResultsAreWritten() throws Exception {
        serve(address -> {
            vote(address, 0, "left");
            vote(address, 1, "tie");
        });
        assertThat(err.toString())
                .contains("Base, 2 steps: 4 pictures left", "2 pairs of pictures, 0 votes so far")
                .doesNotContain("Exception");
        assertThat(Files.readAllLines(folder.resolve("out/results.csv"))).hasSize(3);
        assertThat(folder.resolve("out/summary.md")).content().startsWith("2 votes by 1 raters, on 2 of 2 pairs");
        assertThat(Json.read(folder.resolve("out/summary.json")).integer("votes", 0))
                .isEqualTo(2);

        assertThat(run("--report")).as(err.toString()).isZero();
        assertThat(out.toString())
                .isEqualTo(Files.readString(folder.resolve("out/summary.md")))
                .contains("| Ann | 2 |")
                .containsPattern("\\| Base, [12] steps? \\| 2 \\| 1 \\| 1 \\| 0 \\| 75\\.0%");
    }

    @Test
    void aGracePeriodIsRefusedBecauseNothingWaitsInAStudy() {
        assertThat(run("--grace=5")).isEqualTo(2);
        assertThat(err.toString()).contains("unknown argument --grace=5");
    }

    @Test
    void aServerThatIsStartedAgainDrawsNothingAndContinues() throws Exception {
        serve(address -> vote(address, 0, "left"));
        err.getBuffer().setLength(0);
        serve(address -> vote(address, 1, "right"));
        assertThat(err.toString())
                .contains("2 pairs of pictures, 1 votes so far")
                .doesNotContain("left");
        assertThat(Files.readAllLines(folder.resolve("out/results.csv"))).hasSize(3);
    }

    @Test
    void aSecondServerOfTheSameStudyIsRefusedAndAReportIsNot() throws Exception {
        serve(address -> {
            vote(address, 0, "left");
            assertThat(run("--port=0")).isEqualTo(2);
            assertThat(err.toString())
                    .contains(folder.resolve("out") + " is in use by another run, which writes to the same files");
            assertThat(run("--report")).isZero();
        });
    }

    @Test
    void aRecipeThatHasChangedIsRefusedBeforeAnythingIsDrawn() throws Exception {
        serve(address -> vote(address, 0, "left"));
        err.getBuffer().setLength(0);
        assertThat(run("--set", "prompts=3")).isEqualTo(2);
        assertThat(err.toString())
                .contains("votes.jsonl has 1 votes on another study: it had 2 prompts and has 3 now")
                .doesNotContain("pictures left");
        assertThat(run("--set", "ties=false")).isEqualTo(2);
        assertThat(err.toString()).contains("number 1 of its ties was true and is false now");
        assertThat(run("--set", "defaults.negative_prompt=ugly")).isEqualTo(2);
        assertThat(err.toString())
                .contains("\"Base, 2 steps\" drew other pictures then: its settings or its files have changed");
    }

    @Test
    void aReportNeedsVotesAndAStudyTwoMethods() {
        assertThat(run("--report")).isEqualTo(2);
        assertThat(err.toString()).contains("votes.jsonl: nobody has voted yet");
        assertThat(run("--set", "methods=[{name: Base, steps: [1]}]")).isEqualTo(2);
        assertThat(err.toString()).contains("a study needs two methods at least, not 1");
    }

    @Test
    void anAddressThatOthersReachNeedsAToken() {
        assertThat(run("--host=0.0.0.0")).isNotZero();
        assertThat(err.toString()).contains("0.0.0.0 can be reached from other machines: give a token");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    private interface Use {
        void of(String address) throws Exception;
    }

    /** Serves until {@code use} has used the server. */
    private void serve(Use use) throws Exception {
        Thread serving = Thread.ofPlatform().start(() -> run("--port=0"));
        try {
            use.of(address(serving));
        } finally {
            serving.interrupt();
            serving.join(Duration.ofSeconds(30));
        }
        assertThat(serving.isAlive()).isFalse();
    }

    private String address(Thread serving) throws InterruptedException {
        while (serving.isAlive()) {
            Stream<String> found =
                    ADDRESS.matcher(err.toString()).results().map((MatchResult result) -> result.group(1));
            List<String> addresses = found.toList();
            if (!addresses.isEmpty()) {
                return addresses.getFirst();
            }
            Thread.sleep(20);
        }
        throw new AssertionError("the server has ended: " + err);
    }

    private static void vote(String address, int pair, String answer) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI path = URI.create("%s/study/raters/%s/pairs/%d".formatted(address, RATER, pair));
            String body = "{\"name\": \"Ann\", \"answers\": {\"preference\": \"%s\"}}".formatted(answer);
            assertThat(client.send(
                                    HttpRequest.newBuilder(path)
                                            .header("Content-Type", "application/json")
                                            .POST(BodyPublishers.ofString(body))
                                            .build(),
                                    BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    private int run(String... more) {
        List<String> arguments = new ArrayList<>(List.of("study", recipe.toString()));
        arguments.addAll(List.of(more));
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments.toArray(String[]::new));
    }
}
