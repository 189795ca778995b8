package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs clients of a server in Node, whose tests lie in {@code src/test/npm}. */
final class NodeClient {
    private static final Path FOLDER = Path.of("src/test/npm");
    private static final List<Path> CHROMIUM = Stream.of(
                    "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
            .map(Path::of)
            .toList();

    /** The token of servers that need one. */
    static final String TOKEN = "a-token-of-twenty-four-c";

    private NodeClient() {}

    /** Skips the test where Node or its packages are missing. */
    static void require() {
        require(isNodeThere(), "node and its packages (npm ci in " + FOLDER + ")");
    }

    /** Skips the test where Node, its packages or Chromium are missing. */
    static void requireBrowser() {
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

    /** Runs the tests of these files against a server, all of them in one process, so that they share a browser. */
    static void run(URI server, String... tests) throws IOException, InterruptedException {
        String imports =
                Stream.of(tests).map(test -> "await import('./" + test + "');").collect(Collectors.joining());
        ProcessBuilder builder = new ProcessBuilder("node", "--input-type=module", "--eval", imports)
                .directory(FOLDER.toFile())
                .redirectErrorStream(true);
        builder.environment().put("HYPERSD_URL", server.toString());
        builder.environment().put("HYPERSD_TOKEN", TOKEN);
        Process node = builder.start();
        String output = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(node.waitFor()).as(output).isZero();
    }
}
