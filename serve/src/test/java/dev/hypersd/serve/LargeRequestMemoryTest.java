package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A server does not keep the memory that a large request took. */
class LargeRequestMemoryTest {
    private static final String GENERATIONS = "/v1/images/generations";
    private static final String LARGE = TinyServer.SHORT.replace("64x64", "512x512");
    private static final long MIB = 1 << 20;

    /** The least growth that tells something: half of what was measured. */
    private static final long LEAST_GROWTH = 40 * MIB;

    @Test
    @Tag("slow")
    @EnabledOnOs(OS.LINUX)
    void memoryIsGivenBackAfterALargeRequest() throws Exception {
        try (TinyServer server = TinyServer.open()) {
            // The first one loads code and fills caches, which stay.
            assertThat(server.post(GENERATIONS, LARGE).statusCode()).isEqualTo(200);
            server.untilIdle();
            long before = Resources.now().resident();
            CompletableFuture<HttpResponse<String>> drawing = server.later(GENERATIONS, LARGE);
            long peak = before;
            while (!drawing.isDone()) {
                peak = Math.max(peak, Resources.residentBytes());
                Thread.sleep(5);
            }
            assertThat(drawing.join().statusCode()).isEqualTo(200);
            long growth = peak - before;
            assertThat(growth).as("bytes that the request took").isGreaterThan(LEAST_GROWTH);
            TinyServer.until(() -> Resources.now().resident() < before + growth / 2);
        }
    }
}
