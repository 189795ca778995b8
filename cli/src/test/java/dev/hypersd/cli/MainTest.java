package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.json.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void withoutASubcommandTheHelpIsPrinted() {
        assertThat(run()).isZero();
        assertThat(out.toString()).startsWith("Usage: hypersd").contains("doctor");
    }

    @Test
    void theVersionIsOneLine() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString().strip()).startsWith("hypersd ").doesNotContain("\n");
    }

    @Test
    void aMistypedSubcommandIsWrongUsageAndGetsASuggestion() {
        assertThat(run("docter")).isEqualTo(2);
        assertThat(err.toString())
                .startsWith("hypersd: unknown argument docter")
                .contains("doctor")
                .contains("Try: hypersd --help");
    }

    @Test
    void doctorPrintsOneJsonObject() {
        assertThat(run("doctor", "--json")).isZero();
        JsonNode report = Json.MAPPER.readTree(out.toString());
        assertThat(report.get("engine").stringValue()).startsWith("libtorch 2.");
        assertThat(report.get("products").get(0).get("gigaflops").doubleValue()).isPositive();
        assertThat(report.get("arithmetic")
                        .valueStream()
                        .map(type -> type.get("type").stringValue()))
                .containsExactly("F32", "BF16", "F16");
        assertThat(report.get("advice").isArray()).isTrue();
    }

    @Test
    void doctorNamesWhatComputes() {
        assertThat(run("doctor")).isZero();
        assertThat(out.toString()).contains("engine", "BLAS", "threads", "GFLOP/s", "agree with double precision");
    }

    @Test
    void aFailureIsOneSentenceAndExitCodeOne() {
        assertThat(runFailing(() -> new HyperSdException("model.safetensors: not found")))
                .isEqualTo(1);
        assertThat(err).hasToString("hypersd: model.safetensors: not found" + System.lineSeparator());
    }

    @Test
    void aRequestThatCannotBeCarriedOutIsWrongUsage() {
        assertThat(runFailing(() -> new InvalidRequestException("0 steps make no picture")))
                .isEqualTo(2);
        assertThat(err).hasToString("hypersd: 0 steps make no picture" + System.lineSeparator());
    }

    @Test
    void anUnexpectedErrorIsOneLineWithoutTheEnginesTrace() {
        assertThat(runFailing(() -> new RuntimeException("sizes differ: 3 and 4\nException raised from infer_size")))
                .isEqualTo(1);
        assertThat(err)
                .hasToString(
                        "hypersd: unexpected failure: RuntimeException: sizes differ: 3 and 4 (--verbose shows where)"
                                + System.lineSeparator());
    }

    private int run(String... arguments) {
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private int runFailing(Supplier<RuntimeException> failure) {
        return new CommandLine(new Failing(failure))
                .setErr(new PrintWriter(err, true))
                .setExecutionExceptionHandler(Failures::failed)
                .execute();
    }

    @Command(name = "hypersd")
    private record Failing(Supplier<RuntimeException> failure) implements Runnable {
        @Override
        public void run() {
            throw failure.get();
        }
    }
}
