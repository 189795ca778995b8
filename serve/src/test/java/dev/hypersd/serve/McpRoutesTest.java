package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.json.Json;
import dev.hypersd.request.Option;
import dev.hypersd.serve.queue.Limits;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.json.jackson3.JacksonMcpJsonMapper;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ImageContent;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The Model Context Protocol over HTTP, spoken by the client of the official SDK, and by requests that mean harm. */
@Timeout(120)
class McpRoutesTest {
    private static final String PATH = "/mcp";
    private static final String TOKEN = "a-token-of-twenty-four-c";
    private static final Map<String, Object> SMALL =
            Map.of("prompt", "a star", "size", "64x64", "steps", 2, "guidance", 1, "sampler", "ddim", "seed", 7);

    private static TinyServer server;
    private static McpSyncClient client;
    private static final List<ProgressNotification> PROGRESS = Collections.synchronizedList(new ArrayList<>());

    @BeforeAll
    static void start() {
        server = new TinyServer(ServerOptions.LOCAL.withLimits(TinyServer.patient(Duration.ofMinutes(2))));
        client = client(server, Optional.empty());
        client.initialize();
    }

    @AfterAll
    static void end() {
        client.closeGracefully();
        server.close();
    }

    private static McpSyncClient client(TinyServer server, Optional<String> token) {
        HttpRequest.Builder request = HttpRequest.newBuilder();
        token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        HttpClientStreamableHttpTransport transport = HttpClientStreamableHttpTransport.builder(
                        server.uri("").toString())
                .endpoint(PATH)
                .requestBuilder(request)
                .jsonMapper(new JacksonMcpJsonMapper((JsonMapper) Json.MAPPER))
                .build();
        return McpClient.sync(transport)
                .requestTimeout(Duration.ofMinutes(2))
                .progressConsumer(PROGRESS::add)
                .jsonSchemaValidator((schema, content) -> {
                    throw new AssertionError("no result promises a form");
                })
                .build();
    }

    private static CallToolResult call(String tool, Map<String, Object> arguments) {
        return client.callTool(
                CallToolRequest.builder(tool).arguments(arguments).build());
    }

    private static Map<String, Object> with(Map<String, Object> arguments, String name, Object value) {
        Map<String, Object> more = new HashMap<>(arguments);
        more.put(name, value);
        return more;
    }

    private static byte[] picture(CallToolResult result) {
        assertThat(result.isError()).as("%s", result.content()).isNotEqualTo(true);
        return Base64.getDecoder().decode(((ImageContent) result.content().getFirst()).data());
    }

    private static String text(CallToolResult result) {
        return ((TextContent) result.content().getLast()).text();
    }

    @Test
    void theToolsAreListedWithAllOptionsOfPictures() {
        List<Tool> tools = client.listTools().tools();
        assertThat(tools).extracting(Tool::name).containsExactly("generate_image", "edit_image", "list_models");
        assertThat(arguments(tools.get(1)))
                .containsAll(Option.all().stream().map(Option::key).toList())
                .contains("output_format");
        assertThat(tools)
                .allSatisfy(tool ->
                        assertThat(tool.inputSchema().toString()).doesNotContain("$ref", "/v1/", "/controlnet/"));
        assertThat(arguments(tools.getFirst())).doesNotContain("image", "mask", "strength");
    }

    private static Stream<String> arguments(Tool tool) {
        return Json.MAPPER
                .<JsonNode>valueToTree(tool.inputSchema())
                .get("properties")
                .propertyStream()
                .map(Map.Entry::getKey);
    }

    @Test
    void aPictureIsThatOfTheOtherApis() throws Exception {
        CallToolResult result = call("generate_image", SMALL);
        byte[] png = picture(result);
        assertThat(png)
                .isEqualTo(
                        TinyServer.picture(server.post("/v1/images/generations", Json.MAPPER.writeValueAsString(SMALL))
                                .body()));
        assertThat(text(result))
                .isEqualTo(GenerationParameters.find(png).orElseThrow().toText());
    }

    @Test
    void severalPicturesComeInTheFormatThatIsWanted() {
        CallToolResult result = call("generate_image", with(with(SMALL, "count", 2), "output_format", "jpeg"));
        assertThat(result.content().stream()
                        .filter(ImageContent.class::isInstance)
                        .map(ImageContent.class::cast))
                .hasSize(2)
                .extracting(ImageContent::mimeType)
                .containsOnly("image/jpeg");
    }

    @Test
    void aPictureIsEdited() {
        String star = Base64.getEncoder().encodeToString(picture(call("generate_image", SMALL)));
        Map<String, Object> edit = with(with(SMALL, "image", star), "strength", 0.5);
        assertThat(picture(call("edit_image", edit)))
                .isNotEqualTo(Base64.getDecoder().decode(star));
        assertThat(text(call("edit_image", SMALL))).isEqualTo("edit_image needs the picture to edit: give it as image");
    }

    @Test
    void stepsAreReportedToWhoWantsToKnow() throws InterruptedException {
        PROGRESS.clear();
        var _ = client.callTool(CallToolRequest.builder("generate_image")
                .arguments(SMALL)
                .progressToken("token")
                .build());
        TinyServer.until(() -> PROGRESS.size() == 2);
        assertThat(PROGRESS).extracting(ProgressNotification::progress).containsExactly(1.0, 2.0);
        assertThat(PROGRESS).extracting(ProgressNotification::total).containsOnly(2.0);
    }

    @Test
    void whatCanBeNamedIsListed() {
        JsonNode lists = Json.MAPPER.readTree(text(call("list_models", Map.of())));
        assertThat(lists.get("models").valueStream().map(JsonNode::asString)).contains("tiny", "other");
        assertThat(lists.get("present_model").asString()).isEqualTo("tiny");
        assertThat(lists.get("loras").isEmpty()).isFalse();
        assertThat(lists.get("preprocessors").valueStream().map(JsonNode::asString))
                .contains("canny");
    }

    @Test
    void aWrongArgumentIsAnsweredByTheSentenceOfTheOtherApis() {
        for (Map<String, Object> wrong :
                List.of(with(SMALL, "step", 4), with(SMALL, "size", "63x64"), with(SMALL, "model", "tinny"))) {
            CallToolResult result = call("generate_image", wrong);
            assertThat(result.isError()).isTrue();
            assertThat(text(result)).isNotBlank().doesNotContain("Exception");
        }
        assertThat(text(call("generate_image", with(SMALL, "model", "tinny"))))
                .isEqualTo("there is no model \"tinny\"; did you mean tiny?");
        assertThat(text(call("edit_image", with(SMALL, "image", "/etc/passwd"))))
                .as("no file is read for strangers")
                .isEqualTo("image is neither a PNG, a JPEG nor a WebP");
        assertThat(text(call("edit_image", with(SMALL, "image", "star.png"))))
                .isEqualTo("image is not an image in Base64");
    }

    @Test
    void aNotificationCancelsACall() throws Exception {
        String session = session();
        CompletableFuture<HttpResponse<String>> call = server.later(PATH, longCall(41), headers(session));
        server.untilGenerating();
        HttpResponse<String> cancelled = server.post(
                PATH,
                "{\"jsonrpc\": \"2.0\", \"method\": \"notifications/cancelled\", \"params\": {\"requestId\": 41}}",
                headers(session));
        assertThat(cancelled.statusCode()).isEqualTo(202);
        assertThat(call.join().body()).as("who cancelled gets no result").doesNotContain("\"result\"", "\"error\"");
        server.untilIdle();
    }

    @Test
    void aClientThatLeavesCancelsItsCall() throws Exception {
        CompletableFuture<HttpResponse<String>> call = server.later(PATH, longCall(1), headers(session()));
        server.untilGenerating();
        call.cancel(true);
        server.untilIdle();
    }

    @Test
    void theEndOfASessionCancelsItsCalls() throws Exception {
        String session = session();
        CompletableFuture<HttpResponse<String>> call = server.later(PATH, longCall(1), headers(session));
        server.untilGenerating();
        assertThat(server.send(server.request(PATH).DELETE().headers(headers(session)))
                        .statusCode())
                .isEqualTo(200);
        assertThat(call.join().statusCode()).isEqualTo(200);
        server.untilIdle();
        assertThat(server.post(PATH, longCall(2), headers(session)).statusCode())
                .isEqualTo(404);
    }

    @Test
    void whatIsNoMessageIsRefusedInTheFormOfTheProtocol() throws Exception {
        refused(server.post(PATH, "{}"), 400, "the message is none of JSON-RPC 2.0");
        refused(server.post(PATH, "{"), 400, "the message is not valid JSON");
        refused(server.post(PATH, longCall(1)), 400, "the request names no session");
        refused(server.post(PATH, longCall(1), headers("nobody")), 404, "there is no such session any more");
        refused(
                server.post(PATH, "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"initialize\", \"params\": 7}"),
                400,
                "the parameters of initialize are not those of the protocol");
        refused(server.post(PATH, "null"), 400, "the message is none of JSON-RPC 2.0");
        for (String parameters : List.of("", ", \"params\": null")) {
            refused(
                    server.post(
                            PATH, "{\"jsonrpc\": \"2.0\", \"id\": 1, \"method\": \"initialize\"" + parameters + "}"),
                    400,
                    "the parameters of initialize are not those of the protocol");
        }
        assertThat(server.get(PATH).statusCode()).isEqualTo(405);
    }

    private static void refused(HttpResponse<String> response, int status, String sentence) {
        assertThat(response.statusCode()).isEqualTo(status);
        JsonNode body = TinyServer.json(response);
        assertThat(body.get("jsonrpc").asString()).isEqualTo("2.0");
        assertThat(body.get("error").get("message").asString()).startsWith(sentence);
    }

    @Test
    void theTokenIsNeeded() throws Exception {
        try (TinyServer locked = new TinyServer(ServerOptions.LOCAL.withToken(TOKEN))) {
            refused(locked.post(PATH, "{}"), 401, "this server needs its token");
            McpSyncClient stranger = client(locked, Optional.empty());
            assertThatThrownBy(stranger::initialize).isInstanceOf(RuntimeException.class);
            McpSyncClient friend = client(locked, Optional.of(TOKEN));
            friend.initialize();
            assertThat(friend.listTools().tools()).hasSize(3);
            friend.closeGracefully();
        }
    }

    @Test
    void theLimitsOfTheServerHold() throws Exception {
        Limits.Requests usual = Limits.DEFAULT.requests();
        Limits small = Limits.DEFAULT
                .with(new Limits.Requests(100_000, 1000, usual.maxImagePixels(), 200_000, usual.timeout()))
                .with(new Limits.Clients(1, 1, 1, 1, Duration.ZERO));
        try (TinyServer limited = new TinyServer(ServerOptions.LOCAL.withLimits(small))) {
            refused(limited.post(PATH, " ".repeat(100_001)), 413, "the body is larger than the 100000 bytes");
            refused(limited.post(PATH, " ".repeat(90_000)), 413, "the body and its images take up more than");
            McpSyncClient user = client(limited, Optional.empty());
            user.initialize();
            CallToolResult result = user.callTool(CallToolRequest.builder("generate_image")
                    .arguments(with(SMALL, "steps", 101))
                    .build());
            assertThat(text(result)).isEqualTo("101 steps is more than this server allows: 100 is the most");
            user.closeGracefully();
        }
    }

    private static String longCall(int id) {
        return """
                {"jsonrpc": "2.0", "id": %d, "method": "tools/call",
                 "params": {"name": "generate_image", "arguments": %s}}""".formatted(id, TinyServer.LONG);
    }

    /** Begins a session by hand. */
    private static String session() throws Exception {
        HttpResponse<String> begun = server.post(PATH, """
                {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": "2025-06-18",
                 "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}}""");
        return begun.headers().firstValue("Mcp-Session-Id").orElseThrow();
    }

    private static String[] headers(String session) {
        return new String[] {"Mcp-Session-Id", session, "Accept", "application/json, text/event-stream"};
    }
}
