package dev.hypersd.serve.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkTest {
    @ParameterizedTest
    @CsvSource({
        "1.2.3.4, 1.2.3.4, true",
        "1.2.3.4, 1.2.3.5, false",
        "1.2.3.4, ::ffff:1.2.3.4, true",
        "::ffff:1.2.3.4, ::ffff:1.2.3.5, false",
        "2001:db8:0:7::1, 2001:db8:0:7:ffff:ffff:ffff:ffff, true",
        "2001:db8:0:7::1, 2001:db8:0:8::1, false",
        "2001:db8::1, ::1, false",
    })
    void addressesThatCountAsOneAreThoseOfOneClient(String one, String other, boolean isOne) {
        assertThat(Network.of(one).equals(Network.of(other))).isEqualTo(isOne);
        assertThat(Network.of(InetAddress.ofLiteral(one)).equals(Network.of(InetAddress.ofLiteral(other))))
                .isEqualTo(isOne);
    }

    @Test
    void bracketsAndZonesArePartOfNoAddress() {
        assertThat(Network.of("[2001:db8::1]")).isEqualTo(Network.of("2001:db8::2"));
        assertThat(Network.of("fe80::1%eth0")).isEqualTo(Network.of("fe80::2"));
    }

    @Test
    void whatIsNoAddressCountsByItself() {
        assertThat(Network.of("alice")).isNotEqualTo(Network.of("bob")).isEqualTo(Network.of("alice"));
    }
}
