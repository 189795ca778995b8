package dev.hypersd.serve.queue;

import java.net.InetAddress;
import java.util.HexFormat;

/**
 * The addresses that count as one wherever clients are limited or take turns. With IPv4 that is a single address. With
 * IPv6 it is all that share their first 64 bits, because every client has as many addresses to choose from (RFC 4291,
 * section 2.5.4). An IPv4 address that is written in IPv6 ({@code ::ffff:1.2.3.4}) counts as the IPv4 address.
 *
 * <p>Who may see a job or end it is another question: that is the one address that submitted it.
 *
 * @param prefix what the addresses have in common
 */
public record Network(String prefix) {
    private static final int PREFIX_BYTES = 8;

    /** Returns the network of {@code address}. Java makes IPv4 addresses of those that are written in IPv6. */
    public static Network of(InetAddress address) {
        byte[] bytes = address.getAddress();
        return new Network(HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, PREFIX_BYTES)));
    }

    /** Returns the network of an address in numbers, possibly in brackets; any other text is a network of its own. */
    public static Network of(String address) {
        String bare = address.replaceFirst("^\\[(.*)]$", "$1").replaceFirst("%.*$", "");
        try {
            return of(InetAddress.ofLiteral(bare));
        } catch (IllegalArgumentException e) {
            return new Network(address);
        }
    }
}
