package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeCommandTest {
    private static final Path MODEL = Path.of(System.getProperty("hypersd.reference"), "pipelines/models/sd15");

    @Test
    void anAddressThatOthersReachNeedsAToken() {
        Outcome outcome = serve("--host=0.0.0.0");
        assertThat(outcome.code()).isNotZero();
        assertThat(outcome.err())
                .contains("0.0.0.0 can be reached from other machines: give a token that clients must know, or listen "
                        + "at 127.0.0.1");
    }

    @Test
    void aGuessableTokenIsRefused() {
        Outcome outcome = serve("--token=secret");
        assertThat(outcome.code()).isNotZero();
        assertThat(outcome.err()).contains("the token must have 16 characters at least, not 6: others could guess it");
    }

    @Test
    void aTokenOnTheCommandLineIsWarnedAbout() {
        assertThat(serve("--token=secret").err())
                .contains("warning: other users of this machine can see --token; prefer --token-file or HYPERSD_TOKEN");
    }

    @Test
    void theTokenIsReadFromAFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("token"), "secret\n");
        assertThat(serve("--token-file=" + file).err())
                .contains("the token must have 16 characters at least, not 6")
                .doesNotContain("warning");
        Files.writeString(file, "two\nlines\n");
        assertThat(serve("--token-file=" + file).err()).contains("must contain one line, the token, and nothing else");
        assertThat(serve("--token-file=nowhere").err()).contains("nowhere: cannot be read as a token");
    }

    @Test
    void theTokenIsTakenFromTheEnvironmentUnlessTheCommandLineHasOne(@TempDir Path folder) throws IOException {
        StringWriter err = new StringWriter();
        Map<String, String> environment = Map.of("HYPERSD_TOKEN", "of the environment");
        ListenOptions listen = new ListenOptions();
        assertThat(listen.secret(environment, new PrintWriter(err))).contains("of the environment");
        assertThat(listen.secret(Map.of("HYPERSD_TOKEN", ""), new PrintWriter(err)))
                .isEmpty();
        assertThat(listen.secret(Map.of(), new PrintWriter(err))).isEmpty();
        listen.tokenFile = Optional.of(Files.writeString(folder.resolve("token"), "of the file"));
        assertThat(listen.secret(environment, new PrintWriter(err))).contains("of the file");
        assertThat(err.toString()).isEmpty();
        listen.tokenFile = Optional.empty();
        listen.token = Optional.of("of the command line");
        assertThat(listen.secret(environment, new PrintWriter(err))).contains("of the command line");
    }

    @Test
    void aTokenThatIsGivenTwiceIsRefused() {
        assertThat(Outcome.of("serve", "--model=" + MODEL, "--token=a", "--token-file=b")
                        .err())
                .contains("--token and --token-file both say what clients must send: give one");
    }

    @Test
    void noThreadsAreRefused() {
        Outcome outcome = serve("--threads=0");
        assertThat(outcome.code()).isNotZero();
        assertThat(outcome.err()).contains("--threads is 0, it must be at least 1");
    }

    @Test
    void aPortInUseIsReported() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Outcome outcome = serve("--port=" + taken.getLocalPort());
            assertThat(outcome.code()).isEqualTo(1);
            assertThat(outcome.err())
                    .contains("port %d of 127.0.0.1 is in use or not permitted: choose another port"
                            .formatted(taken.getLocalPort()));
        }
    }

    @Test
    void aPickleInAFolderOfModelsIsNamedAtTheStart(@TempDir Path folder) throws IOException {
        Path pickle = Files.createFile(folder.resolve("fox.ckpt"));
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Outcome outcome =
                    Outcome.of("serve", "--model=" + MODEL, "--models=" + folder, "--port=" + taken.getLocalPort());
            assertThat(outcome.err())
                    .contains("warning: %s is not offered: it is a pickle".formatted(pickle), "hypersd convert");
        }
    }

    @Test
    void aMissingFolderIsNamed() {
        Outcome outcome = serve("--loras=nowhere");
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("nowhere: is not a folder that can be read");
    }

    @Test
    void aMissingModelStopsTheServer() {
        Outcome outcome = Outcome.of("serve", "--port=0", "--model=nowhere");
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("nowhere").doesNotContain("Exception");
    }

    private static Outcome serve(String option) {
        return Outcome.of("serve", "--model=" + MODEL, option);
    }
}
