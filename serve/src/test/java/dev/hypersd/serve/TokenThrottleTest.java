package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.serve.queue.Network;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Nobody can try tokens as fast as the server answers, whichever way they are sent. */
class TokenThrottleTest {
    private static final String TOKEN = "a-token-of-twenty-four-c";

    private final AtomicLong now = new AtomicLong();
    private final TokenThrottle throttle = new TokenThrottle(now::get);

    @Test
    void theEleventhTokenAtTheLoginIsNotTriedAndALargeBodyIsNotRead() throws Exception {
        try (TinyServer server = new TinyServer(ServerOptions.LOCAL.withToken(TOKEN))) {
            HttpResponse<String> large = server.post("/login", "{\"token\": \"" + "a".repeat(5000) + "\"}");
            assertThat(large.statusCode()).isEqualTo(413);
            assertThat(TinyServer.message(large)).isEqualTo("the body is larger than the 4096 bytes that are read");
            for (int i = 0; i < TokenThrottle.MAX_WRONG; i++) {
                assertThat(login(server, "wrong" + i).statusCode()).isEqualTo(401);
            }
            assertIsThrottled(login(server, TOKEN));
        }
    }

    @Test
    void wrongTokensCountWhicheverWayTheyAreSent() throws Exception {
        try (TinyServer server = new TinyServer(ServerOptions.LOCAL.withToken(TOKEN))) {
            for (int i = 0; i < 3; i++) {
                assertThat(authorized(server, "Bearer wrong" + i).statusCode()).isEqualTo(401);
                assertThat(authorized(server, "Basic " + basic("user:basic" + i))
                                .statusCode())
                        .isEqualTo(401);
                assertThat(server.get("/v1/models", "Cookie", "hypersd-token=cookie" + i)
                                .statusCode())
                        .isEqualTo(401);
            }
            assertThat(authorized(server, "Bearer " + TOKEN).statusCode()).isEqualTo(200);
            assertThat(login(server, "the tenth").statusCode()).isEqualTo(401);
            assertIsThrottled(authorized(server, "Bearer " + TOKEN));
            assertIsThrottled(login(server, TOKEN));
            assertThat(server.get("/v1/models").statusCode())
                    .as("without a token")
                    .isEqualTo(401);
            assertThat(server.get("/healthz", "Authorization", "Bearer " + TOKEN)
                            .statusCode())
                    .as("where no token is needed")
                    .isEqualTo(200);
        }
    }

    @Test
    void anAddressWaitsForAMinuteAndOthersDoNot() {
        for (int i = 0; i < TokenThrottle.MAX_WRONG; i++) {
            assertThat(isRight("1.2.3.4", "wrong" + i)).isFalse();
        }
        assertThatThrownBy(() -> isRight("1.2.3.4", TOKEN)).hasMessageEndingWith("try again in 60 s");
        assertThat(isRight("1.2.3.5", TOKEN)).isTrue();
        now.addAndGet(Duration.ofSeconds(60).toNanos());
        assertThat(isRight("1.2.3.4", TOKEN)).isTrue();
    }

    @Test
    void anotherAddressOfTheSameClientDoesNotHelp() {
        for (int i = 0; i < TokenThrottle.MAX_WRONG; i++) {
            assertThat(isRight("[2001:db8::" + i + "]", "wrong" + i)).isFalse();
        }
        assertThatThrownBy(() -> isRight("[2001:db8::ffff]", TOKEN)).hasMessageEndingWith("try again in 60 s");
        assertThat(isRight("[2001:db8:0:1::1]", TOKEN)).isTrue();
    }

    @Test
    void aProgramThatRepeatsAnOutdatedTokenLocksNobodyOut() {
        for (int i = 0; i < 100; i++) {
            assertThat(isRight("1.2.3.4", "outdated")).isFalse();
        }
        assertThat(isRight("1.2.3.4", TOKEN)).isTrue();
    }

    private boolean isRight(String address, String offered) {
        return throttle.isRight(Network.of(address), offered, TOKEN::equals);
    }

    private static void assertIsThrottled(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(TinyServer.message(answer)).startsWith("10 wrong tokens came from this address: try again in ");
    }

    private static HttpResponse<String> login(TinyServer server, String token) throws Exception {
        return server.post("/login", "{\"token\": \"" + token + "\"}");
    }

    private static HttpResponse<String> authorized(TinyServer server, String header) throws Exception {
        return server.get("/v1/models", "Authorization", header);
    }

    private static String basic(String pair) {
        return Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }
}
