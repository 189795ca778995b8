package dev.hypersd.file;

import dev.hypersd.error.InvalidFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Tells contents apart by a few digits: the same contents in the same order give the same ones. Not safe to share
 * between threads.
 */
public final class Fingerprint {
    private static final int BYTES = 4;
    private static final int PIECE = 1 << 20;

    private final MessageDigest digest;

    public Fingerprint() {
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * That of the names and contents of all files below {@code folder}.
     *
     * @throws InvalidFileException if one cannot be read
     */
    public static String of(Path folder) {
        try (Stream<Path> below = Files.walk(folder)) {
            Fingerprint fingerprint = new Fingerprint();
            List<Path> files = below.filter(Files::isRegularFile).sorted().toList();
            for (Path file : files) {
                fingerprint.add(folder.relativize(file).toString()).addContents(file);
            }
            return fingerprint.digits();
        } catch (IOException e) {
            throw new InvalidFileException(folder, "cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Returns all 64 digits of the contents of {@code file}.
     *
     * @throws InvalidFileException if it cannot be read
     */
    public static String ofContents(Path file) {
        Fingerprint fingerprint = new Fingerprint();
        try {
            fingerprint.addContents(file);
        } catch (IOException e) {
            throw new InvalidFileException(file, "cannot be read: " + e.getMessage(), e);
        }
        return HexFormat.of().formatHex(fingerprint.digest.digest());
    }

    /** Piece by piece: files of weights are larger than arrays can be. */
    private void addContents(Path file) throws IOException {
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] piece = new byte[PIECE];
            for (int length = stream.read(piece); length >= 0; length = stream.read(piece)) {
                digest.update(piece, 0, length);
            }
        }
    }

    /** Adds the remaining bytes of {@code bytes}. */
    public Fingerprint add(ByteBuffer bytes) {
        digest.update(bytes);
        return this;
    }

    /** Adds a text. */
    public Fingerprint add(String text) {
        return add(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Eight hexadecimal digits for all that was added; nothing can be added afterwards. */
    public String digits() {
        return digits(2 * BYTES);
    }

    /** So many hexadecimal digits, an even number up to 64, as {@link #digits()}. */
    public String digits(int count) {
        return HexFormat.of().formatHex(digest.digest(), 0, count / 2);
    }
}
