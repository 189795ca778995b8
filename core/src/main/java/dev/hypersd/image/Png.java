package dev.hypersd.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Portable Network Graphics (ISO/IEC 15948), with the parameters in a text chunk called {@code parameters}. */
public record Png() implements ImageFormat {
    static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    static final String KEYWORD = "parameters";

    private static final byte TRUE_COLOUR = 2;
    private static final int CHANNELS = 3;

    /** How a byte is predicted; what is stored is the difference. The numbers are those of the format. */
    private enum Filter {
        NONE,
        LEFT,
        ABOVE,
        AVERAGE,
        PAETH;

        private static final Filter[] ALL = values();

        int predict(int left, int above, int aboveLeft) {
            return switch (this) {
                case NONE -> 0;
                case LEFT -> left;
                case ABOVE -> above;
                case AVERAGE -> (left + above) / 2;
                case PAETH -> {
                    int toLeft = Math.abs(above - aboveLeft);
                    int toAbove = Math.abs(left - aboveLeft);
                    int toAboveLeft = Math.abs(left + above - 2 * aboveLeft);
                    if (toLeft <= toAbove && toLeft <= toAboveLeft) {
                        yield left;
                    }
                    yield toAbove <= toAboveLeft ? above : aboveLeft;
                }
            };
        }
    }

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

    /** Latin-1 where that suffices, because some tools read nothing else, and UTF-8 where it does not. */
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
        try (Deflater deflater = new Deflater()) {
            deflater.setInput(content);
            deflater.finish();
            byte[] buffer = new byte[1 << 16];
            while (!deflater.finished()) {
                compressed.write(buffer, 0, deflater.deflate(buffer));
            }
        }
        return compressed.toByteArray();
    }

    /** Each row with the filter that leaves the smallest differences, which usually compress best. */
    private static byte[] filtered(Image image) {
        int stride = CHANNELS * image.width();
        byte[] rows = new byte[image.height() * (1 + stride)];
        byte[] candidate = new byte[stride];
        for (int y = 0; y < image.height(); y++) {
            int at = y * (1 + stride);
            long least = Long.MAX_VALUE;
            for (Filter filter : Filter.ALL) {
                long size = apply(filter, image.pixels(), y, stride, candidate);
                if (size < least) {
                    least = size;
                    rows[at] = (byte) filter.ordinal();
                    System.arraycopy(candidate, 0, rows, at + 1, stride);
                }
            }
        }
        return rows;
    }

    /** Fills {@code differences} for row {@code y} and returns the sum of their magnitudes. */
    private static long apply(Filter filter, byte[] pixels, int y, int stride, byte[] differences) {
        int row = y * stride;
        long size = 0;
        for (int x = 0; x < stride; x++) {
            int left = x < CHANNELS ? 0 : pixels[row + x - CHANNELS] & 0xFF;
            int above = y == 0 ? 0 : pixels[row - stride + x] & 0xFF;
            int aboveLeft = x < CHANNELS || y == 0 ? 0 : pixels[row - stride + x - CHANNELS] & 0xFF;
            differences[x] = (byte) (pixels[row + x] - filter.predict(left, above, aboveLeft));
            size += Math.abs(differences[x]);
        }
        return size;
    }
}
