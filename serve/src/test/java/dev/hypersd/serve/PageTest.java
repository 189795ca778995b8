package dev.hypersd.serve;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page works in a browser, which Node drives; it is skipped where {@link NodeClientTest} is. */
@Timeout(600)
class PageTest {
    @AutoClose
    private static final TinyServer server = TinyServer.forPage(ServerOptions.LOCAL);

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
