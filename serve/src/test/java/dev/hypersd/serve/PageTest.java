package dev.hypersd.serve;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page works in a browser, which Node drives; it is skipped where {@link NodeClientTest} is. */
@Timeout(180)
class PageTest {
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
    @ValueSource(strings = {"page.test.mjs", "page-settings.test.mjs", "page-restore.test.mjs", "page-access.test.mjs"})
    void thePageWorksInABrowser(String tests) throws Exception {
        NodeClient.requireBrowser();
        NodeClient.run(server.uri(""), tests);
    }
}
