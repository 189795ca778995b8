package dev.hypersd.image;

import dev.hypersd.error.InvalidRequestException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The lossless WebP format (RFC 9649), with the parameters as the user comment of its EXIF data. */
public record WebP() implements ImageFormat {
    private static final int CHUNK_HEADER = 8;
    private static final int FILE_HEADER = 12;
    private static final int FEATURES = 10;
    private static final byte HAS_EXIF = 0x08;

    @Override
    public byte[] encode(Image image, Optional<GenerationParameters> parameters) {
        if (Math.max(image.width(), image.height()) > LosslessWebP.LONGEST) {
            throw new InvalidRequestException("%s is too large for WebP, whose sides are at most %d pixels; write a PNG"
                    .formatted(image, LosslessWebP.LONGEST));
        }
        byte[] bitstream = LosslessWebP.encode(image);
        Optional<byte[]> exif = parameters.map(p -> Exif.tiff(p.toText()));
        int size = FILE_HEADER
                + chunk(bitstream.length)
                + exif.map(comment -> chunk(FEATURES) + chunk(comment.length)).orElse(0);
        ByteBuffer file = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        file.put(ascii("RIFF")).putInt(size - CHUNK_HEADER).put(ascii("WEBP"));
        if (exif.isPresent()) {
            put(file, "VP8X", features(image));
        }
        put(file, "VP8L", bitstream);
        exif.ifPresent(comment -> put(file, "EXIF", comment));
        return file.array();
    }

    private static byte[] features(Image image) {
        ByteBuffer features = ByteBuffer.allocate(FEATURES).order(ByteOrder.LITTLE_ENDIAN);
        features.put(HAS_EXIF).put(new byte[3]);
        put24(features, image.width() - 1);
        put24(features, image.height() - 1);
        return features.array();
    }

    private static void put24(ByteBuffer out, int value) {
        out.put((byte) value).put((byte) (value >> 8)).put((byte) (value >> 16));
    }

    /** Returns the size of a chunk with {@code content} bytes, which is padded to an even length. */
    private static int chunk(int content) {
        return CHUNK_HEADER + content + content % 2;
    }

    private static void put(ByteBuffer file, String name, byte[] content) {
        int end = file.position() + chunk(content.length);
        file.put(ascii(name)).putInt(content.length).put(content).position(end);
    }

    private static byte[] ascii(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    /** Returns the EXIF data of a WebP file, if it is one and has some. */
    static Optional<byte[]> exif(byte[] file) {
        return find(file, "EXIF");
    }

    /** Returns the XMP data of a WebP file, if it is one and has some. */
    static Optional<byte[]> xmp(byte[] file) {
        return find(file, "XMP ");
    }

    /** Returns whether {@code file} is an animated WebP. */
    static boolean isAnimation(byte[] file) {
        return find(file, "ANIM").isPresent();
    }

    private static Optional<byte[]> find(byte[] file, String chunk) {
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        boolean webp = file.length >= FILE_HEADER && isAt(file, 0, "RIFF") && isAt(file, CHUNK_HEADER, "WEBP");
        for (int at = FILE_HEADER; webp && at + CHUNK_HEADER <= file.length; ) {
            int length = in.getInt(at + 4);
            if (length < 0 || length > file.length - at - CHUNK_HEADER) {
                return Optional.empty();
            }
            if (isAt(file, at, chunk)) {
                byte[] content = new byte[length];
                in.get(at + CHUNK_HEADER, content);
                return Optional.of(content);
            }
            at += chunk(length);
        }
        return Optional.empty();
    }

    private static boolean isAt(byte[] file, int at, String name) {
        return new String(file, at, name.length(), StandardCharsets.US_ASCII).equals(name);
    }
}
