package dev.hypersd.image;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * A canonical prefix code (Huffman, 1952) of limited length, with the bits of its codes in the order in which they are
 * written. A code with one symbol takes no bits.
 *
 * @param lengths the length in bits of each symbol's code; 0 for symbols that do not occur
 * @param codes the codes of each symbol
 */
record PrefixCode(int[] lengths, int[] codes) {
    private record Node(long count, int symbol, Node[] children) {}

    /**
     * Builds the code for symbols of given frequencies.
     *
     * @param counts the frequency of each symbol, at least one above 0
     * @param longest the greatest length of a code, in bits
     */
    static PrefixCode of(long[] counts, int longest) {
        long[] flattened = counts.clone();
        int[] lengths = lengths(flattened);
        // Rare symbols count for more until their codes are short enough.
        for (long least = 2; Arrays.stream(lengths).max().orElseThrow() > longest; least *= 2) {
            for (int i = 0; i < counts.length; i++) {
                flattened[i] = counts[i] == 0 ? 0 : Math.max(counts[i], least);
            }
            lengths = lengths(flattened);
        }
        return new PrefixCode(lengths, codes(lengths));
    }

    private static int[] lengths(long[] counts) {
        PriorityQueue<Node> nodes =
                new PriorityQueue<>(Comparator.comparingLong(Node::count).thenComparingInt(Node::symbol));
        for (int symbol = 0; symbol < counts.length; symbol++) {
            if (counts[symbol] > 0) {
                nodes.add(new Node(counts[symbol], symbol, new Node[0]));
            }
        }
        int[] lengths = new int[counts.length];
        if (nodes.size() == 1) {
            lengths[nodes.remove().symbol()] = 1;
            return lengths;
        }
        for (int inner = counts.length; nodes.size() > 1; inner++) {
            Node a = nodes.remove();
            Node b = nodes.remove();
            nodes.add(new Node(a.count + b.count, inner, new Node[] {a, b}));
        }
        measure(nodes.remove(), 0, lengths);
        return lengths;
    }

    private static void measure(Node node, int depth, int[] lengths) {
        if (node.children.length == 0) {
            lengths[node.symbol] = depth;
        }
        for (Node child : node.children) {
            measure(child, depth + 1, lengths);
        }
    }

    /**
     * Assigns the codes: shorter ones first, those of one length in the order of their symbols. Each is reversed,
     * because its first bit is written first.
     */
    private static int[] codes(int... lengths) {
        int[] codes = new int[lengths.length];
        int longest = Arrays.stream(lengths).max().orElseThrow();
        int next = 0;
        for (int length = 1; length <= longest; length++) {
            next <<= 1;
            for (int symbol = 0; symbol < lengths.length; symbol++) {
                if (lengths[symbol] == length) {
                    codes[symbol] = Integer.reverse(next++) >>> (Integer.SIZE - length);
                }
            }
        }
        return codes;
    }

    /** Returns whether there is only one symbol. */
    boolean isSingle() {
        return Arrays.stream(lengths).filter(length -> length > 0).count() == 1;
    }

    void write(int symbol, BitWriter bits) {
        if (!isSingle()) {
            bits.write(codes[symbol], lengths[symbol]);
        }
    }
}
