package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.json.Json;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose word about the address of a client is taken. */
class ProxiesTest {
    private static final Proxies PROXIES = Proxies.of(List.of("10.1.0.0/16", "192.168.7.9", "fd00::/12"));

    @ParameterizedTest
    @CsvSource({
        "10.1.0.0, true",
        "10.1.255.255, true",
        "10.2.0.0, false",
        "192.168.7.9, true",
        "192.168.7.8, false",
        "fd0f::1, true",
        "fd10::1, false",
        "::ffff:10.1.2.3, true",
        "127.0.0.1, false"
    })
    void aRangeHoldsTheAddressesThatBeginAlike(String address, boolean isProxy) {
        assertThat(PROXIES.include(InetAddress.ofLiteral(address))).isEqualTo(isProxy);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.1.0.1 | 5.6.7.8 | 5.6.7.8",
                "10.1.0.1 | 1.1.1.1, 5.6.7.8 | 5.6.7.8",
                "10.1.0.1 | 1.1.1.1, 5.6.7.8, 10.1.0.2 | 5.6.7.8",
                "10.1.0.1 | 10.1.0.3, 5.6.7.8 | 5.6.7.8",
                "10.1.0.1 | 10.1.0.3 , 10.1.0.2 | 10.1.0.3",
                "10.1.0.1 | 5.6.7.8:4711 | 5.6.7.8",
                "10.1.0.1 | [2001:db8::1]:4711 | 2001:db8:0:0:0:0:0:1",
                "10.1.0.1 | 2001:db8::1 | 2001:db8:0:0:0:0:0:1",
                "10.1.0.1 | 5.6.7.8, unknown | 10.1.0.1",
                "10.1.0.1 | localhost | 10.1.0.1",
                "10.1.0.1 | '' | 10.1.0.1",
                "5.6.7.8 | 1.1.1.1 | 5.6.7.8"
            })
    void theClientIsTheLastOnTheWayThatIsNoProxy(String peer, String header, String client) {
        assertThat(PROXIES.client(InetAddress.ofLiteral(peer), List.of(header)).getHostAddress())
                .isEqualTo(client);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "10.1.0.0/33", "10.1.0.0/x", "10.1.0.0/", "", "10.1.0.0/-1", "fd00::/129"})
    void whatIsNoAddressOfAProxyIsRefused(String text) {
        assertThatThrownBy(() -> Proxies.of(List.of(text))).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void aServerBehindAProxyNeedsATokenOrThatItIsForEverybody() {
        assertThatThrownBy(() -> ServerOptions.LOCAL.behind(Proxies.LOCAL))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("other machines reach a server behind a proxy: give a token that clients must know "
                        + "(--token-file), or say that everybody may use it (--no-token)");
        ServerOptions withToken = ServerOptions.LOCAL.withToken("a-token-of-twenty-four-c");
        assertThat(withToken.behind(Proxies.LOCAL).proxies()).isEqualTo(Proxies.LOCAL);
        assertThat(ServerOptions.LOCAL.forEverybody().behind(Proxies.LOCAL).token())
                .isEmpty();
        assertThatThrownBy(() -> withToken.forEverybody().withToken("a-token-of-twenty-four-c"))
                .hasMessage("a server for everybody has no token, and one is given: choose one");
    }

    @Test
    void madeUpHeadersChangeNothing() throws Exception {
        BlockingQueue<String> log = new LinkedBlockingQueue<>();
        ServerOptions logged = ServerOptions.LOCAL.forEverybody().withLog(log::add);
        String[] twice = {
            "X-Forwarded-For", "6.6.6.6", "X-Forwarded-For", "7.7.7.7, 5.6.7.8", "Forwarded", "for=8.8.8.8"
        };
        try (TinyServer server = new TinyServer(logged.behind(Proxies.LOCAL))) {
            server.get("/healthz", twice);
            assertThat(client(log)).isEqualTo("5.6.7.8");
        }
        for (Proxies others : List.of(Proxies.NONE, Proxies.of(List.of("10.0.0.1")))) {
            try (TinyServer server = new TinyServer(logged.behind(others))) {
                server.get("/healthz", twice);
                assertThat(client(log)).isEqualTo("127.0.0.1");
            }
        }
    }

    private static String client(BlockingQueue<String> log) throws InterruptedException {
        return Json.MAPPER
                .readTree(log.poll(TinyServer.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .get("client")
                .asString();
    }
}
