package dev.hypersd.image;

import java.util.Arrays;

/**
 * Encodes the lossless bitstream of WebP (RFC 9649, section 3): green is subtracted from red and blue, each pixel is
 * predicted from its neighbours, and the differences are written with a prefix code for each channel.
 */
final class LosslessWebP {
    private static final int SIGNATURE = 0x2F;
    private static final int SIZE_BITS = 14;

    /** The greatest width and height. */
    static final int LONGEST = 1 << SIZE_BITS;

    private static final int PREDICTOR = 0;
    private static final int SUBTRACT_GREEN = 2;

    /** The number of the predictor {@code left + top - top left}. */
    private static final int PLANE = 12;

    /**
     * The size of the squares that share a predictor, as a power of two; the largest, since only one predictor is used.
     */
    private static final int SQUARE_BITS = 9;

    /** The sizes of the alphabets. Green's also has the lengths of backward references, none of which are written. */
    private static final int[] ALPHABETS = {256 + 24, 256, 256, 256, 40};

    private static final int GREEN = 0;
    private static final int RED = 1;
    private static final int BLUE = 2;
    private static final int CHANNELS = 3;
    private static final int LONGEST_CODE = 15;
    private static final int LONGEST_LENGTH_CODE = 7;
    private static final int[] ORDER_OF_LENGTHS = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

    private LosslessWebP() {}

    /** Returns the bitstream of a picture whose sides are at most {@link #LONGEST}. */
    static byte[] encode(Image image) {
        BitWriter bits = new BitWriter();
        bits.write(SIGNATURE, Byte.SIZE);
        bits.write(image.width() - 1L, SIZE_BITS);
        bits.write(image.height() - 1L, SIZE_BITS);
        bits.write(0, 1); // Nothing is transparent.
        bits.write(0, 3); // The version.
        transform(bits, SUBTRACT_GREEN);
        transform(bits, PREDICTOR);
        bits.write(SQUARE_BITS - 2, 3);
        bits.write(0, 1); // No cache of colours.
        for (int symbol : new int[] {PLANE, 0, 0, 0, 0}) {
            single(bits, symbol); // One choice for all squares needs no bits for each.
        }
        bits.write(0, 1); // No more transforms.
        bits.write(0, 1); // No cache of colours.
        bits.write(0, 1); // One set of codes for the whole picture.
        pixels(residuals(image), bits);
        return bits.bytes();
    }

    private static void transform(BitWriter bits, int kind) {
        bits.write(1, 1);
        bits.write(kind, 2);
    }

    /** Returns green, red and blue of each pixel after prediction. */
    private static byte[] residuals(Image image) {
        byte[] rgb = image.pixels();
        byte[] plain = new byte[rgb.length];
        for (int i = 0; i < rgb.length; i += CHANNELS) {
            byte green = rgb[i + 1];
            plain[i + GREEN] = green;
            plain[i + RED] = (byte) (rgb[i] - green);
            plain[i + BLUE] = (byte) (rgb[i + 2] - green);
        }
        byte[] residuals = new byte[rgb.length];
        int row = CHANNELS * image.width();
        for (int i = 0; i < rgb.length; i++) {
            residuals[i] = (byte) (plain[i] - predicted(plain, i, row));
        }
        return residuals;
    }

    private static int predicted(byte[] plain, int at, int row) {
        boolean first = at % row < CHANNELS;
        if (at < row) {
            return first ? 0 : plain[at - CHANNELS];
        }
        if (first) {
            return plain[at - row];
        }
        int plane = (plain[at - CHANNELS] & 0xFF) + (plain[at - row] & 0xFF) - (plain[at - row - CHANNELS] & 0xFF);
        return Math.clamp(plane, 0, 0xFF);
    }

    private static void pixels(byte[] residuals, BitWriter bits) {
        PrefixCode[] codes = new PrefixCode[CHANNELS];
        for (int channel = 0; channel < CHANNELS; channel++) {
            long[] counts = new long[ALPHABETS[channel]];
            for (int i = channel; i < residuals.length; i += CHANNELS) {
                counts[residuals[i] & 0xFF]++;
            }
            codes[channel] = PrefixCode.of(counts, LONGEST_CODE);
            declare(codes[channel], bits);
        }
        single(bits, 0); // The first pixel is predicted to be opaque, and every other as its neighbours are.
        single(bits, 0); // Distances of repetitions.
        boolean[] silent = new boolean[CHANNELS];
        for (int channel = 0; channel < CHANNELS; channel++) {
            silent[channel] = codes[channel].isSingle();
        }
        for (int i = 0; i < residuals.length; i++) {
            int channel = i % CHANNELS;
            if (!silent[channel]) {
                int symbol = residuals[i] & 0xFF;
                bits.write(codes[channel].codes()[symbol], codes[channel].lengths()[symbol]);
            }
        }
    }

    /** Writes a code with one symbol, below 256. */
    private static void single(BitWriter bits, int symbol) {
        bits.write(1, 1);
        bits.write(0, 1); // One symbol,
        bits.write(1, 1); // of eight bits.
        bits.write(symbol, Byte.SIZE);
    }

    /** Writes a code as the lengths of its symbols, which are written with a code of their own. */
    private static void declare(PrefixCode code, BitWriter bits) {
        if (code.isSingle()) {
            int symbol = 0;
            while (code.lengths()[symbol] == 0) {
                symbol++;
            }
            single(bits, symbol);
            return;
        }
        long[] counts = new long[ORDER_OF_LENGTHS.length];
        Arrays.stream(code.lengths()).forEach(length -> counts[length]++);
        PrefixCode ofLengths = PrefixCode.of(counts, LONGEST_LENGTH_CODE);
        bits.write(0, 1);
        bits.write(ORDER_OF_LENGTHS.length - 4L, 4);
        for (int length : ORDER_OF_LENGTHS) {
            bits.write(ofLengths.lengths()[length], 3);
        }
        bits.write(0, 1); // All symbols have a length here.
        for (int length : code.lengths()) {
            ofLengths.write(length, bits);
        }
    }
}
