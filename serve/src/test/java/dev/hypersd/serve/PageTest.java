package dev.hypersd.serve;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page works in a browser, which Node drives; it is skipped where {@link NodeClientTest} is. */
@Timeout(600)
class PageTest {
    private static TinyServer server;

    @BeforeAll
    static void start() {
        server = TinyServer.forPage(ServerOptions.LOCAL);
    }

    @AfterAll
    static void end() {
        server.close();
    }

    @Test
    void thePageWorksInABrowser() throws Exception {
        NodeClient.requireBrowser();
        NodeClient.run(
                server.uri(""),
                "page.test.mjs",
                "page-settings.test.mjs",
                "page-restore.test.mjs",
                "page-access.test.mjs");
    }
}
