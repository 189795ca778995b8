package dev.hypersd.serve;

import dev.hypersd.error.InvalidRequestException;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The reverse proxies in front of a server, which alone are believed when they say whose requests they pass on.
 *
 * @param ranges the addresses of the proxies; empty for none
 */
public record Proxies(List<Range> ranges) {
    /** No proxy: a client has the address from which it connects. */
    public static final Proxies NONE = new Proxies(List.of());

    /** Any proxy on this machine. */
    public static final Proxies LOCAL = of(List.of("127.0.0.0/8", "::1"));

    public Proxies {
        ranges = List.copyOf(ranges);
    }

    /**
     * Addresses that begin alike.
     *
     * @param address one of them
     * @param bits the number of bits that all of them share with it
     */
    public record Range(InetAddress address, int bits) {
        public Range {
            if (bits < 0 || bits > Byte.SIZE * address.getAddress().length) {
                throw new InvalidRequestException("%s has %d bits, of which %d cannot be the same"
                        .formatted(address.getHostAddress(), Byte.SIZE * address.getAddress().length, bits));
            }
        }

        boolean contains(InetAddress other) {
            byte[] own = address.getAddress();
            byte[] others = other.getAddress();
            if (own.length != others.length) {
                return false;
            }
            int whole = bits / Byte.SIZE;
            int rest = Byte.SIZE - bits % Byte.SIZE;
            return Arrays.equals(own, 0, whole, others, 0, whole)
                    && (bits % Byte.SIZE == 0 || (own[whole] & 0xFF) >> rest == (others[whole] & 0xFF) >> rest);
        }
    }

    /**
     * Reads addresses and ranges of them.
     *
     * @param texts such as {@code 10.0.0.7}, {@code fd00::7} or {@code 172.16.0.0/12}
     * @throws InvalidRequestException if one is neither
     */
    public static Proxies of(List<String> texts) {
        return new Proxies(texts.stream().map(Proxies::range).toList());
    }

    private static Range range(String text) {
        String[] parts = text.strip().split("/", 2);
        InetAddress address = literal(parts[0]).orElseThrow(() -> notAnAddress(text));
        if (parts.length == 1) {
            return new Range(address, Byte.SIZE * address.getAddress().length);
        }
        if (!parts[1].matches("\\d{1,3}")) {
            throw notAnAddress(text);
        }
        return new Range(address, Integer.parseInt(parts[1]));
    }

    private static InvalidRequestException notAnAddress(String text) {
        return new InvalidRequestException(
                "\"%s\" is not the address of a proxy; write it like 10.0.0.7 or 172.16.0.0/12".formatted(text));
    }

    /** Returns the address that {@code text} writes in numbers. Names are not looked up. */
    private static Optional<InetAddress> literal(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Returns whether {@code address} is that of a proxy. */
    public boolean include(InetAddress address) {
        return ranges.stream().anyMatch(range -> range.contains(address));
    }

    /**
     * Returns the address of the client that a proxy passes a request on for. Each proxy on the way adds to the header
     * the address from which it got the request, so the client's is the last that is not a proxy's; what stands before
     * it may be made up by the client.
     *
     * @param peer the address of who sends the request
     * @param forwardedFor the values of the headers {@code X-Forwarded-For}, in their order
     */
    InetAddress client(InetAddress peer, List<String> forwardedFor) {
        InetAddress client = peer;
        List<String> way = forwardedFor.stream()
                .flatMap(header -> Stream.of(header.split(",", -1)))
                .map(Proxies::withoutPort)
                .toList();
        for (int i = way.size() - 1; i >= 0 && include(client); i--) {
            Optional<InetAddress> before = literal(way.get(i));
            if (before.isEmpty()) {
                return client;
            }
            client = before.get();
        }
        return client;
    }

    /** Some proxies write {@code 10.0.0.7:4711} or {@code [fd00::7]:4711}. */
    private static String withoutPort(String address) {
        String text = address.strip();
        if (text.startsWith("[")) {
            return text.replaceFirst("^\\[([^]]*)](:\\d+)?$", "$1");
        }
        return text.indexOf(':') == text.lastIndexOf(':') ? text.replaceFirst(":\\d+$", "") : text;
    }
}
