package dev.hypersd.serve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Somebody looks at training runs in a browser; skipped as {@link NodeClientTest} is. */
@Timeout(600)
class RunsPageTest {
    /** A step is logged each second while the page is open. */
    @Test
    void thePageOfRunsWorksInABrowser(@TempDir Path folder) throws Exception {
        NodeClient.requireBrowser();
        try (TinyRuns runs = TinyRuns.open(folder, ServerOptions.LOCAL);
                ScheduledExecutorService training = Executors.newSingleThreadScheduledExecutor()) {
            AtomicInteger step = new AtomicInteger(20);
            var _ = training.scheduleAtFixedRate(
                    () -> {
                        try {
                            runs.log(TinyRuns.GOING, step.incrementAndGet());
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    1,
                    1,
                    TimeUnit.SECONDS);
            NodeClient.run(runs.uri(""), "runs.test.mjs");
            training.shutdownNow();
        }
    }

    @Test
    void thePageOfRunsAsksForTheTokenAlsoBelowAPath(@TempDir Path folder) throws Exception {
        NodeClient.requireBrowser();
        try (TinyRuns runs = TinyRuns.open(
                folder, ServerOptions.LOCAL.withToken(NodeClient.TOKEN).below("/training"))) {
            NodeClient.run(runs.uri("/training"), "runs-login.test.mjs");
        }
    }
}
