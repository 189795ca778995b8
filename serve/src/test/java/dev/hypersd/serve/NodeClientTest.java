package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients of other projects use the server: the official client of OpenAI, a validator of OpenAPI descriptions, and a
 * browser. They run in Node. They are skipped where Node, their packages ({@code npm ci} in {@code src/test/npm}) or
 * Chromium are missing; with {@code -Dhypersd.node=required} they fail there.
 */
@Timeout(180)
class NodeClientTest {
    private static final Path FOLDER = Path.of("src/test/npm");
    private static final List<Path> CHROMIUM = Stream.of(
                    "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
            .map(Path::of)
            .toList();

    private static final String TOKEN = "a-token-of-twenty-four-c";

    private static TinyServer server;

    @BeforeAll
    static void start() {
        server = TinyServer.open();
    }

    @AfterAll
    static void end() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai.test.mjs", "description.test.mjs"})
    void aClientInNodeCanUseTheServer(String client) throws Exception {
        require(isNodeThere(), "node and its packages (npm ci in " + FOLDER + ")");
        run(server, client);
    }

    @Test
    void thePageWorksInABrowser() throws Exception {
        requireBrowser();
        run(server, "page.test.mjs");
    }

    @Test
    void thePageAsksForTheTokenInABrowser() throws Exception {
        requireBrowser();
        try (TinyServer locked = new TinyServer(ServerOptions.LOCAL.withToken(TOKEN))) {
            run(locked, "login.test.mjs");
        }
    }

    private static void requireBrowser() {
        require(
                isNodeThere() && CHROMIUM.stream().anyMatch(Files::isExecutable),
                "node, its packages (npm ci in " + FOLDER + ") and Chromium");
    }

    private static boolean isNodeThere() {
        return Files.isDirectory(FOLDER.resolve("node_modules"))
                && Arrays.stream(String.valueOf(System.getenv("PATH")).split(File.pathSeparator, -1))
                        .map(folder -> Path.of(folder, "node"))
                        .anyMatch(Files::isExecutable);
    }

    private static void require(boolean there, String what) {
        if ("required".equals(System.getProperty("hypersd.node"))) {
            assertThat(there).as("needs " + what).isTrue();
        }
        assumeThat(there).as("needs " + what).isTrue();
    }

    private static void run(TinyServer server, String test) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("node", "--test", test)
                .directory(FOLDER.toFile())
                .redirectErrorStream(true);
        builder.environment().put("HYPERSD_URL", server.uri("").toString());
        builder.environment().put("HYPERSD_TOKEN", TOKEN);
        Process node = builder.start();
        String output = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(node.waitFor()).as(output).isZero();
    }
}
