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

/**
 * Computes a short hash (of SHA-256) of contents: the same contents in the same order have the same hash. Not safe to
 * share between threads.
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
     * Returns the hash of the names and contents of all {@linkplain FilesBelow files below} {@code folder}.
     *
     * @throws InvalidFileException if a file cannot be read
     */
    public static String of(Path folder) {
        try {
            Fingerprint fingerprint = new Fingerprint();
            for (Path file : FilesBelow.of(folder)) {
                fingerprint.add(folder.relativize(file).toString()).addContents(file);
            }
            return fingerprint.digits();
        } catch (IOException e) {
            throw new InvalidFileException(folder, "cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Returns the hash of the contents of {@code file}, all 64 digits.
     *
     * @throws InvalidFileException if the file cannot be read
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

    /** Returns the hash of {@code bytes}, all 64 digits. */
    public static String ofContents(byte[] bytes) {
        Fingerprint fingerprint = new Fingerprint().add(ByteBuffer.wrap(bytes));
        return HexFormat.of().formatHex(fingerprint.digest.digest());
    }

    /** Adds the contents of a file piece by piece, since files of weights are larger than an array can be. */
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

    /** Returns the first eight hexadecimal digits of the hash. Nothing can be added afterwards. */
    public String digits() {
        return digits(2 * BYTES);
    }

    /** Returns the first {@code count} hexadecimal digits, an even number up to 64, as {@link #digits()}. */
    public String digits(int count) {
        return HexFormat.of().formatHex(digest.digest(), 0, count / 2);
    }
}
