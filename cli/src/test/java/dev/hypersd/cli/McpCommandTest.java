package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.hypersd.json.Json;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.json.jackson3.JacksonMcpJsonMapper;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ImageContent;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command as assistants start it, spoken to by the clients of the official SDKs for Java and TypeScript. */
@Timeout(180)
class McpCommandTest {
    private static final Path MODEL = Path.of(System.getProperty("hypersd.reference"), "pipelines/models/sd15");
    private static final Path NODE_TESTS = Path.of("..", "serve", "src", "test", "npm");
    private static final Map<String, Object> SMALL =
            Map.of("prompt", "a star", "size", "64x64", "steps", 2, "guidance", 1, "sampler", "ddim", "seed", 7);

    /** The command line that starts the command with a small model. */
    private static List<String> command() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dorg.bytedeco.openblas.load=mkl",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "dev.hypersd.cli.Main",
                "mcp",
                "--model=" + MODEL);
    }

    @Test
    void theClientOfTheSdkForJavaDrawsAndEditsAFile(@TempDir Path folder) throws IOException {
        List<String> command = command();
        ServerParameters parameters = ServerParameters.builder(command.getFirst())
                .args(command.subList(1, command.size()))
                .build();
        StdioClientTransport transport =
                new StdioClientTransport(parameters, new JacksonMcpJsonMapper((JsonMapper) Json.MAPPER));
        McpSyncClient client = McpClient.sync(transport)
                .requestTimeout(Duration.ofMinutes(2))
                .initializationTimeout(Duration.ofMinutes(2))
                .jsonSchemaValidator((schema, content) -> {
                    throw new AssertionError("no result promises a form");
                })
                .build();
        try {
            client.initialize();
            Path star = Files.write(folder.resolve("star.png"), picture(call(client, "generate_image", SMALL)));
            Map<String, Object> edit =
                    Map.of("prompt", "a moon", "image", star.toString(), "steps", 2, "guidance", 1, "sampler", "ddim");
            assertThat(picture(call(client, "edit_image", edit))).isNotEqualTo(Files.readAllBytes(star));
            CallToolResult wrong = call(client, "generate_image", Map.of("prompt", "a star", "step", 4));
            assertThat(wrong.isError()).isTrue();
            assertThat(((TextContent) wrong.content().getFirst()).text()).contains("steps");
        } finally {
            client.closeGracefully();
        }
    }

    private static CallToolResult call(McpSyncClient client, String tool, Map<String, Object> arguments) {
        return client.callTool(
                CallToolRequest.builder(tool).arguments(arguments).build());
    }

    private static byte[] picture(CallToolResult result) {
        assertThat(result.isError()).as("%s", result.content()).isNotEqualTo(true);
        return Base64.getDecoder().decode(((ImageContent) result.content().getFirst()).data());
    }

    @Test
    void theClientOfTheSdkForTypeScriptUsesAllTools() throws Exception {
        boolean isNodeThere = Files.isDirectory(NODE_TESTS.resolve("node_modules/@modelcontextprotocol"));
        if ("required".equals(System.getProperty("hypersd.node"))) {
            assertThat(isNodeThere).as("npm ci in " + NODE_TESTS).isTrue();
        }
        assumeThat(isNodeThere).as("npm ci in " + NODE_TESTS).isTrue();
        ProcessBuilder builder = new ProcessBuilder("node", "--test", "mcp.test.mjs")
                .directory(NODE_TESTS.toFile())
                .redirectErrorStream(true);
        List<String> absolute = new ArrayList<>(command());
        absolute.set(absolute.size() - 1, "--model=" + MODEL.toAbsolutePath());
        builder.environment().put("HYPERSD_COMMAND", Json.MAPPER.writeValueAsString(absolute));
        Process node = builder.start();
        String output = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(node.waitFor()).as(output).isZero();
    }

    @Test
    void whatIsNoMessageIsAnsweredAndTheEndOfTheInputEndsTheCommand() throws Exception {
        Process process = new ProcessBuilder(command())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (OutputStream in = process.getOutputStream();
                BufferedReader out = process.inputReader()) {
            in.write("{\n\n[]\n".getBytes(StandardCharsets.UTF_8));
            in.flush();
            assertThat(error(out.readLine())).startsWith("the message is not valid JSON");
            assertThat(error(out.readLine())).startsWith("the message is none of JSON-RPC 2.0");
            in.close();
            assertThat(out.readLine()).as("nothing else is written").isNull();
        }
        assertThat(process.waitFor()).isZero();
    }

    private static String error(String line) {
        JsonNode message = Json.MAPPER.readTree(line);
        assertThat(message.get("id").isNull()).isTrue();
        return message.get("error").get("message").asString();
    }

    @Test
    void aModelThatDoesNotExistIsReported() {
        Outcome outcome = Outcome.of("mcp", "--model=nowhere");
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("nowhere: not found");
    }
}
