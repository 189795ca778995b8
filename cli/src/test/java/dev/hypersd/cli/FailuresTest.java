package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchException;

import dev.hypersd.tensor.Tensors;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class FailuresTest {
    private final StringWriter err = new StringWriter();
    private final CommandLine command = Main.commandLine().setErr(new PrintWriter(err, true));

    @Test
    void exhaustedNativeMemoryIsReportedInOneSentence() {
        Exception failure = catchException(() -> Tensors.empty(1L << 50));

        int code = Failures.failed(failure, command, command.parseArgs());

        assertThat(code).isEqualTo(1);
        assertThat(err.toString()).startsWith("hypersd: there is not enough memory; try a smaller --size");
    }

    @Test
    void exhaustedJavaMemoryIsReportedInOneSentence() {
        assertThat(Failures.outOfMemory(command)).isEqualTo(1);
        assertThat(err.toString()).startsWith("hypersd: there is not enough memory; try a smaller --size");
    }
}
