package dev.hypersd.serve;

import dev.hypersd.model.LoadOptions;
import dev.hypersd.tensor.Dtype;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Clients of other projects use the server: the official client of OpenAI, two clients of AUTOMATIC1111's API, the
 * requests of well-known front ends, the official client of the Model Context Protocol, a validator of OpenAPI
 * descriptions, and a browser. They run in Node. They are skipped where Node, their packages ({@code npm ci} in
 * {@code src/test/npm}) or Chromium are missing; with {@code -Dhypersd.node=required} they fail there.
 */
@Timeout(600)
class NodeClientTest {
    @AutoClose
    private static final TinyServer server = TinyServer.open();

    @Test
    void clientsInNodeCanUseTheServer() throws Exception {
        NodeClient.require();
        NodeClient.run(
                server.uri(""),
                "openai.test.mjs",
                "automatic1111.test.mjs",
                "frontends.test.mjs",
                "comfyui.test.mjs",
                "krita.test.mjs",
                "mcp.test.mjs",
                "description.test.mjs");
    }

    @Test
    void whatIsOnTheCanvasIsDrawnInABrowser() throws Exception {
        NodeClient.requireBrowser();
        LoadOptions fast = LoadOptions.DEFAULT.withDtype(Dtype.BF16);
        try (TinyServer quick = new TinyServer(ServerOptions.LOCAL, TinyServer.WITH_ETA, fast)) {
            NodeClient.run(quick.uri(""), "canvas.test.mjs");
        }
    }

    @Test
    void thePageAsksForTheTokenInABrowser() throws Exception {
        NodeClient.requireBrowser();
        try (TinyServer locked = TinyServer.forPage(ServerOptions.LOCAL.withToken(NodeClient.TOKEN))) {
            NodeClient.run(locked.uri(""), "login.test.mjs");
        }
    }
}
