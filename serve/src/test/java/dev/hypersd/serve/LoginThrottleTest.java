package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Nobody can try tokens at the login as fast as the server answers. */
class LoginThrottleTest {
    private static final String TOKEN = "a-token-of-twenty-four-c";

    @Test
    void theEleventhTokenIsNotTriedAndALargeBodyIsNotRead() throws Exception {
        try (TinyServer server = new TinyServer(ServerOptions.LOCAL.withToken(TOKEN))) {
            HttpResponse<String> large = server.post("/login", "{\"token\": \"" + "a".repeat(5000) + "\"}");
            assertThat(large.statusCode()).isEqualTo(413);
            assertThat(TinyServer.message(large)).isEqualTo("the body is larger than the 4096 bytes that are read");
            for (int i = 0; i < LoginThrottle.MAX_WRONG; i++) {
                assertThat(server.post("/login", "{\"token\": \"wrong\"}").statusCode())
                        .isEqualTo(401);
            }
            HttpResponse<String> refused = server.post("/login", "{\"token\": \"" + TOKEN + "\"}");
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(TinyServer.message(refused)).startsWith("10 wrong tokens came from this address: try again in ");
        }
    }

    @Test
    void anAddressWaitsForAMinuteAndOthersDoNot() {
        AtomicLong now = new AtomicLong();
        LoginThrottle throttle = new LoginThrottle(now::get);
        for (int i = 0; i < LoginThrottle.MAX_WRONG; i++) {
            throttle.check("1.2.3.4");
            throttle.countWrong("1.2.3.4");
        }
        assertThatThrownBy(() -> throttle.check("1.2.3.4")).hasMessageEndingWith("try again in 60 s");
        assertThatCode(() -> throttle.check("1.2.3.5")).doesNotThrowAnyException();
        now.addAndGet(Duration.ofSeconds(60).toNanos());
        assertThatCode(() -> throttle.check("1.2.3.4")).doesNotThrowAnyException();
    }
}
