package dev.hypersd.pickle;

import dev.hypersd.error.InvalidFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** The bytes of the pickles in a file, read one after another. No length is believed that exceeds the file. */
final class PickleInput {
    /** The greatest length of pickles in bytes, that of the header of a safetensors file. */
    static final long LONGEST = 100_000_000;

    private static final int WINDOW = 1 << 16;

    private final Path file;
    private final FileChannel channel;
    private final String entry;
    private final long begin;
    private final long end;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW).flip().order(ByteOrder.LITTLE_ENDIAN);
    private long read;
    private long instruction;

    /**
     * Creates the input.
     *
     * @param file the file, for messages
     * @param entry the part of the file that is read, for messages; empty for the whole file
     * @param begin the position of its first byte in the file
     * @param length its length in bytes
     */
    PickleInput(Path file, FileChannel channel, String entry, long begin, long length) {
        this.file = file;
        this.channel = channel;
        this.entry = entry;
        this.begin = begin;
        this.end = length;
    }

    /** Returns the number of bytes taken. */
    long position() {
        return read - window.remaining();
    }

    /** Returns the next instruction, whose place is named in refusals from now on. */
    int instruction() throws IOException {
        instruction = position();
        return unsignedByte();
    }

    /** Returns where the instruction is: {@code "byte 123 of archive/data.pkl"}. */
    String place() {
        return "byte " + instruction + (entry.isEmpty() ? "" : " of " + entry);
    }

    /** Returns a refusal that ends with the place of the instruction. */
    InvalidFileException refusal(String reason) {
        return new InvalidFileException(file, reason + " (" + place() + ")");
    }

    /** Returns a refusal of a pickle that is damaged. */
    InvalidFileException damaged(String reason) {
        return refusal("is damaged: " + reason);
    }

    int unsignedByte() throws IOException {
        return take(1).get() & 0xff;
    }

    int unsignedShort() throws IOException {
        return take(2).getShort() & 0xffff;
    }

    int signedInt() throws IOException {
        return take(4).getInt();
    }

    long unsignedInt() throws IOException {
        return take(4).getInt() & 0xffff_ffffL;
    }

    long signedLong() throws IOException {
        return take(8).getLong();
    }

    /** Returns the next {@code length} bytes. */
    byte[] bytes(long length) throws IOException {
        requireThere(length);
        byte[] bytes = new byte[(int) length];
        for (int done = 0; done < bytes.length; ) {
            ByteBuffer some = take(1);
            int part = Math.min(some.remaining(), bytes.length - done);
            some.get(bytes, done, part);
            done += part;
        }
        return bytes;
    }

    /** Skips the next {@code length} bytes. */
    void skip(long length) throws IOException {
        requireThere(length);
        for (long i = 0; i < length; i++) {
            take(1).get();
        }
    }

    /** Returns the text before the next line break, each byte a character. */
    String line() throws IOException {
        byte[] line = new byte[64];
        int length = 0;
        for (byte next = take(1).get(); next != '\n'; next = take(1).get()) {
            if (length == line.length) {
                line = Arrays.copyOf(line, 2 * length);
            }
            line[length++] = next;
        }
        return new String(line, 0, length, StandardCharsets.ISO_8859_1);
    }

    /** Returns the window with at least {@code length} bytes left in it. */
    private ByteBuffer take(int length) throws IOException {
        if (window.remaining() < length) {
            requireShort(length);
            if (length > end - position()) {
                throw damaged("its pickle ends too early; the file is probably truncated");
            }
            window.compact();
            window.limit((int) Math.min(window.capacity(), window.position() + (end - read)));
            while (window.position() < length) {
                int count = channel.read(window, begin + read);
                if (count < 0) {
                    throw damaged("it became shorter while being read");
                }
                read += count;
            }
            window.flip();
        }
        return window;
    }

    private void requireThere(long length) {
        if (length < 0 || length > end - position()) {
            throw damaged("a value of " + Long.toUnsignedString(length) + " bytes reaches past the end; the file is "
                    + "probably truncated");
        }
        requireShort(length);
    }

    private void requireShort(long length) {
        if (position() + length > LONGEST) {
            throw refusal("holds a pickle of more than %d bytes".formatted(LONGEST));
        }
    }
}
