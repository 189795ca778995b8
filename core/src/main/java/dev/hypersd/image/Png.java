package dev.hypersd.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** The PNG format (ISO/IEC 15948), with the parameters in a text chunk called {@code parameters}. */
public record Png() implements ImageFormat {
    static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    static final String KEYWORD = "parameters";

    /**
     * The compression level: five times faster than the default 6 on shaded pictures, for files that are five percent
     * larger.
     */
    private static final int COMPRESSION = 4;

    private static final byte TRUE_COLOUR = 2;
    private static final int CHANNELS = 3;

    /** The number of filters of the format: none, left, above, average and Paeth. */
    private static final int FILTERS = 5;

    @Override
    public byte[] encode(Image image, Optional<GenerationParameters> parameters) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(SIGNATURE);
        writeChunk(
                file,
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(image.width())
                        .putInt(image.height())
                        .put((byte) 8)
                        .put(TRUE_COLOUR)
                        .array());
        parameters.ifPresent(p -> writeText(file, p.toText()));
        writeChunk(file, "IDAT", compress(filtered(image)));
        writeChunk(file, "IEND", new byte[0]);
        return file.toByteArray();
    }

    /**
     * Writes a text chunk: Latin-1 where the text permits it, because some programs read nothing else, otherwise UTF-8.
     */
    private static void writeText(ByteArrayOutputStream file, String text) {
        if (StandardCharsets.ISO_8859_1.newEncoder().canEncode(text)) {
            writeChunk(file, "tEXt", (KEYWORD + "\0" + text).getBytes(StandardCharsets.ISO_8859_1));
        } else {
            // Not compressed, without language and translated keyword.
            writeChunk(file, "iTXt", (KEYWORD + "\0\0\0\0\0" + text).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void writeChunk(ByteArrayOutputStream file, String type, byte[] content) {
        byte[] typed = ByteBuffer.allocate(4 + content.length)
                .put(type.getBytes(StandardCharsets.US_ASCII))
                .put(content)
                .array();
        CRC32 check = new CRC32();
        check.update(typed);
        file.writeBytes(ByteBuffer.allocate(4).putInt(content.length).array());
        file.writeBytes(typed);
        file.writeBytes(ByteBuffer.allocate(4).putInt((int) check.getValue()).array());
    }

    private static byte[] compress(byte[] content) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream(content.length / 2);
        try (Deflater deflater = new Deflater(COMPRESSION)) {
            deflater.setInput(content);
            deflater.finish();
            byte[] buffer = new byte[1 << 16];
            while (!deflater.finished()) {
                compressed.write(buffer, 0, deflater.deflate(buffer));
            }
        }
        return compressed.toByteArray();
    }

    /** Returns each row after the filter with the smallest differences, which usually compress best. */
    private static byte[] filtered(Image image) {
        int stride = CHANNELS * image.width();
        byte[] rows = new byte[image.height() * (1 + stride)];
        byte[][] differences = new byte[FILTERS][stride];
        for (int y = 0; y < image.height(); y++) {
            int filter = filter(image.pixels(), y, stride, differences);
            int at = y * (1 + stride);
            rows[at] = (byte) filter;
            System.arraycopy(differences[filter], 0, rows, at + 1, stride);
        }
        return rows;
    }

    /** Computes row {@code y} after each filter, and returns the number of the filter with the smallest differences. */
    private static int filter(byte[] pixels, int y, int stride, byte[][] differences) {
        byte[] none = differences[0];
        byte[] byLeft = differences[1];
        byte[] byAbove = differences[2];
        byte[] byAverage = differences[3];
        byte[] byPaeth = differences[4];
        int row = y * stride;
        for (int x = 0; x < stride; x++) {
            int value = pixels[row + x];
            int left = x < CHANNELS ? 0 : pixels[row + x - CHANNELS] & 0xFF;
            int above = y == 0 ? 0 : pixels[row - stride + x] & 0xFF;
            int aboveLeft = x < CHANNELS || y == 0 ? 0 : pixels[row - stride + x - CHANNELS] & 0xFF;
            none[x] = (byte) value;
            byLeft[x] = (byte) (value - left);
            byAbove[x] = (byte) (value - above);
            byAverage[x] = (byte) (value - (left + above) / 2);
            byPaeth[x] = (byte) (value - paeth(left, above, aboveLeft));
        }
        int best = 0;
        for (int filter = 1; filter < FILTERS; filter++) {
            if (magnitude(differences[filter]) < magnitude(differences[best])) {
                best = filter;
            }
        }
        return best;
    }

    /** Returns the Paeth predictor: the neighbour that is nearest to {@code left + above - aboveLeft}. */
    private static int paeth(int left, int above, int aboveLeft) {
        int toLeft = Math.abs(above - aboveLeft);
        int toAbove = Math.abs(left - aboveLeft);
        int toAboveLeft = Math.abs(left + above - 2 * aboveLeft);
        if (toLeft <= toAbove && toLeft <= toAboveLeft) {
            return left;
        }
        return toAbove <= toAboveLeft ? above : aboveLeft;
    }

    private static int magnitude(byte[] differences) {
        int sum = 0;
        for (byte difference : differences) {
            sum += Math.abs(difference);
        }
        return sum;
    }
}
