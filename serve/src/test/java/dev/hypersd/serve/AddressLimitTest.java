package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.serve.queue.Network;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** No address takes the connections of all others. */
class AddressLimitTest {
    @Test
    void connectionsThatSendNothingCountAndTheFirstTooManyIsToldWhy() throws Exception {
        try (TinyServer server = TinyServer.open()) {
            List<RawClient> silent = open(server, AddressLimit.MAX_OPEN);
            try {
                AtomicReference<String> told = new AtomicReference<>("");
                TinyServer.until(() ->
                        !told.updateAndGet(_ -> toldToSilence(server, silent)).isEmpty());
                assertThat(told.get())
                        .startsWith("HTTP/1.1 429 Too Many Requests\r\n")
                        .contains("\r\nRetry-After: 10\r\n", "\"code\":\"queue_full\"")
                        .contains("this address has 100 connections open, which is the most: close some");
            } finally {
                close(silent);
            }
            TinyServer.until(() -> !isRefused(server));
            assertThat(server.get("/healthz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aProxyMayOpenMoreBecauseItsConnectionsAreThoseOfManyClients() throws Exception {
        try (TinyServer server =
                new TinyServer(ServerOptions.LOCAL.forEverybody().behind(Proxies.LOCAL))) {
            List<RawClient> silent = open(server, AddressLimit.MAX_OPEN + 20);
            try {
                assertThat(isRefused(server)).isFalse();
            } finally {
                close(silent);
            }
        }
    }

    @Test
    void anAddressThatConnectsTooFastIsRefusedForAWhileAndOthersAreNot() {
        AtomicLong now = new AtomicLong();
        AddressLimit limit = new AddressLimit(List::of, Proxies.NONE, now::get);
        Network stormy = Network.of("10.0.0.1");
        for (int i = 0; i < AddressLimit.MAX_OPENED; i++) {
            assertThat(limit.isTooFast(stormy)).isFalse();
        }
        assertThat(limit.isTooFast(stormy)).isTrue();
        assertThat(limit.isTooFast(Network.of("10.0.0.2"))).isFalse();
        now.addAndGet(Duration.ofSeconds(11).toNanos());
        assertThat(limit.isTooFast(stormy)).isFalse();
    }

    private static List<RawClient> open(TinyServer server, int count) throws Exception {
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(RawClient.of(server));
        }
        return clients;
    }

    private static void close(List<RawClient> clients) throws Exception {
        for (RawClient client : clients) {
            client.close();
        }
    }

    /**
     * What another client that sends nothing is told within a second; empty if nothing. It stays open, because one of
     * those before it may have been refused while a connection from the start of the server was still open.
     */
    private static String toldToSilence(TinyServer server, List<RawClient> silent) {
        try {
            RawClient client = RawClient.of(server.port(), Duration.ofSeconds(1));
            silent.add(client);
            return client.untilClosed();
        } catch (SocketTimeoutException e) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isRefused(TinyServer server) {
        try (RawClient client = RawClient.of(server)) {
            client.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            return client.answer().startsWith("HTTP/1.1 429");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
