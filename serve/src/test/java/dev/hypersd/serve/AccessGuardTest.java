package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidRequestException;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Requests are refused by their origin, or need the token. */
class AccessGuardTest {
    private static final String TOKEN = "a-token-of-twenty-four-c";

    @AutoClose
    private static final TinyServer server = new TinyServer(new ServerOptions(
            "127.0.0.1",
            0,
            Optional.of(TOKEN),
            Set.of("pictures.example.org"),
            Proxies.NONE,
            false,
            Set.of("https://chat.example.org"),
            "",
            true,
            ServerOptions.LOCAL.limits(),
            Duration.ZERO,
            Duration.ofSeconds(5),
            line -> {}));

    @Test
    void routesAreRefusedWithoutTheTokenAndAnsweredWithIt() throws Exception {
        for (String path : List.of("/v1/models", "/sdapi/v1/options", "/metrics", "/v1/choices", "/openapi.json")) {
            HttpResponse<String> refused = server.get(path);
            assertThat(refused.statusCode()).as(path).isEqualTo(401);
            assertThat(refused.body())
                    .contains("this server needs its token: send the header Authorization: Bearer TOKEN");
            assertThat(server.get(path, "Authorization", "Bearer " + TOKEN).statusCode())
                    .as(path)
                    .isEqualTo(200);
        }
    }

    @Test
    void wrongTokensAreRefused() throws Exception {
        for (String header : List.of(
                "Bearer",
                "Bearer ",
                "Bearer " + TOKEN + "x",
                "Bearer " + TOKEN.substring(1),
                "Basic " + TOKEN,
                "Basic " + basic("user:" + TOKEN + "x"),
                "Basic " + basic(TOKEN),
                "Digest " + TOKEN,
                TOKEN)) {
            assertThat(server.get("/v1/models", "Authorization", header).statusCode())
                    .as(header)
                    .isEqualTo(401);
        }
    }

    @Test
    void theTokenIsTakenAsClientsSendIt() throws Exception {
        for (String header : List.of(
                "bearer " + TOKEN,
                "BEARER   " + TOKEN,
                "Basic " + basic("user:" + TOKEN),
                "basic " + basic(":" + TOKEN),
                "Basic " + basic("hypersd:" + TOKEN))) {
            assertThat(server.get("/v1/models", "Authorization", header).statusCode())
                    .as(header)
                    .isEqualTo(200);
        }
    }

    @Test
    void clientsAreToldHowToSendTheTokenAndBrowsersOpenNoWindowForThePage() throws Exception {
        assertThat(server.get("/v1/models").headers().firstValue("WWW-Authenticate"))
                .contains("Bearer realm=\"hypersd\", Basic realm=\"hypersd\", charset=\"UTF-8\"");
        assertThat(server.get("/v1/models", "Sec-Fetch-Mode", "cors").headers().firstValue("WWW-Authenticate"))
                .contains("Bearer realm=\"hypersd\"");
    }

    @Test
    void pagesOfASiteThatIsAllowedMayUseTheServerWithTheToken() throws Exception {
        String site = "https://chat.example.org";
        HttpResponse<String> preflight = server.send(server.request("/v1/images/generations")
                .header("Origin", site)
                .header("Access-Control-Request-Method", "POST")
                .method("OPTIONS", BodyPublishers.noBody()));
        assertThat(preflight.statusCode()).isEqualTo(204);
        assertThat(preflight.headers().firstValue("Access-Control-Allow-Origin"))
                .contains(site);
        assertThat(preflight
                        .headers()
                        .firstValue("Access-Control-Allow-Headers")
                        .orElseThrow())
                .contains("Authorization");
        HttpResponse<String> answer = server.send(server.request("/v1/models")
                .header("Origin", site)
                .header("Sec-Fetch-Site", "cross-site")
                .header("Authorization", "Bearer " + TOKEN));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).contains(site);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Credentials"))
                .isEmpty();
        assertThat(server.get("/v1/models", "Origin", site).statusCode()).isEqualTo(401);
        HttpResponse<String> other = server.get("/v1/models", "Origin", "https://other.example.org");
        assertThat(other.statusCode()).isEqualTo(403);
        assertThat(other.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }

    @Test
    void everythingIsBelowTheBasePath() throws Exception {
        try (TinyServer below =
                new TinyServer(ServerOptions.LOCAL.below("/draw/here").withToken(TOKEN))) {
            assertThat(below.get("/draw/here").headers().firstValue("Location"))
                    .hasValueSatisfying(location -> assertThat(location).endsWith("/draw/here/"));
            assertThat(below.get("/draw/here/").body()).contains("src=\"page/main.js\"");
            assertThat(below.get("/draw/here/page/main.js").statusCode()).isEqualTo(200);
            assertThat(below.get("/draw/here/healthz").statusCode()).isEqualTo(200);
            assertThat(below.get("/draw/here/v1/models").statusCode()).isEqualTo(401);
            assertThat(below.get("/draw/here/sdapi/v1/nothing").statusCode()).isEqualTo(401);
            HttpResponse<String> login = below.post("/draw/here/login", "{\"token\": \"" + TOKEN + "\"}");
            assertThat(login.headers().firstValue("Set-Cookie").orElseThrow()).contains("Path=/draw/here/");
            HttpResponse<String> missing = below.get("/draw/here/sdapi/v1/nothing", "Authorization", "Bearer " + TOKEN);
            assertThat(TinyServer.json(missing).get("detail").asString()).contains("nothing at this address");
            assertThat(below.get("/v1/models").statusCode()).isEqualTo(404);
        }
    }

    private static String basic(String pair) {
        return Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void thePageAndTheHealthChecksNeedNoToken() throws Exception {
        for (String path : List.of("/", "/healthz", "/readyz", "/page/main.js", "/page/style.css")) {
            assertThat(server.get(path).statusCode()).as(path).isEqualTo(200);
        }
    }

    @Test
    void loginKeepsTheTokenInACookieThatNoScriptCanRead() throws Exception {
        HttpResponse<String> wrong = server.post("/login", "{\"token\": \"guess\"}");
        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(TinyServer.message(wrong)).isEqualTo("this is not the token of this server");
        HttpResponse<String> right = server.post("/login", "{\"token\": \"" + TOKEN + "\"}");
        String cookie = right.headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(cookie).contains("HttpOnly", "SameSite=Strict").doesNotContain("Domain");
        String pair = cookie.substring(0, cookie.indexOf(';'));
        assertThat(server.get("/v1/models", "Cookie", pair).statusCode()).isEqualTo(200);
        try (LiveClient client = LiveClient.of(server, "Cookie", pair)) {
            client.draw(1, 1);
            assertThat(client.until("picture").about().get("id").asInt()).isEqualTo(1);
        }
    }

    @Test
    void aWebSocketSetsNoOtherCookie() throws Exception {
        try (RawClient client = RawClient.of(server)) {
            client.send("GET /v1/live HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + TOKEN
                    + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    + "Sec-WebSocket-Version: 13\r\n\r\n");
            assertThat(client.answer()).startsWith("HTTP/1.1 101").doesNotContain("Set-Cookie");
        }
    }

    @Test
    void hostNamesOfOtherServersAreRefused() throws Exception {
        Map<String, Integer> hosts = Map.of(
                "localhost", 200,
                "localhost:7860", 200,
                "127.0.0.1:80", 200,
                "[::1]:7860", 200,
                "pictures.example.org", 200,
                "PICTURES.example.org:443", 200,
                "evil.example", 403,
                "127.0.0.1.evil.example", 403,
                "localhost.evil.example:7860", 403);
        for (Map.Entry<String, Integer> host : hosts.entrySet()) {
            assertThat(statusFor("Host: " + host.getKey())).as(host.getKey()).isEqualTo(host.getValue());
        }
    }

    @Test
    void requestsOfPagesOfOtherSitesAreRefusedButLinksFromThemAreNot() throws Exception {
        Map<String, Integer> origins = Map.of(
                "Origin: http://localhost", 200,
                "Origin: https://localhost", 200,
                "Origin: http://localhost:8080", 403,
                "Origin: https://evil.example", 403,
                "Origin: null", 403,
                "Origin: file://", 403,
                "Sec-Fetch-Site: cross-site", 403,
                "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate", 200,
                "Sec-Fetch-Site: same-origin", 200);
        for (Map.Entry<String, Integer> origin : origins.entrySet()) {
            assertThat(statusFor("Host: localhost\r\n" + origin.getKey()))
                    .as(origin.getKey())
                    .isEqualTo(origin.getValue());
        }
    }

    @Test
    void responsesHaveSecurityHeaders() throws Exception {
        HttpResponse<String> page = server.get("/");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe", "http:", "*");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(page.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
        assertThat(page.headers().firstValue("Server")).isEmpty();
        assertThat(page.body()).doesNotContain("http://", "https://", "style=", "onclick=");
    }

    @Test
    void anAddressThatOtherMachinesReachNeedsAToken() {
        assertThatThrownBy(() -> new ServerOptions(
                        "0.0.0.0",
                        0,
                        Optional.empty(),
                        Set.of(),
                        Proxies.NONE,
                        false,
                        Set.of(),
                        "",
                        true,
                        ServerOptions.LOCAL.limits(),
                        Duration.ZERO,
                        Duration.ofSeconds(1),
                        line -> {}))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(
                        "0.0.0.0 can be reached from other machines: give a token that clients must know, or listen "
                                + "at 127.0.0.1");
        for (String token : List.of("a token of four words", "a-token-with;a-semicolon", "ein-langes-schlüsselwort")) {
            assertThatThrownBy(() -> ServerOptions.LOCAL.withToken(token))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageStartingWith("the token must consist of English letters");
        }
        assertThatThrownBy(() -> ServerOptions.LOCAL.withToken("short"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("the token must have 16 characters at least, not 5: others could guess it");
    }

    private static int statusFor(String headers) throws IOException {
        try (RawClient client = RawClient.of(server)) {
            client.send("GET /healthz HTTP/1.1\r\n" + headers + "\r\nConnection: close\r\n\r\n");
            return Integer.parseInt(client.answer().substring(9, 12));
        }
    }
}
