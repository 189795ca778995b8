package dev.hypersd.pickle;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.weights.MappedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The positions of the entries of a zip archive (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, with
 * Zip64). PyTorch stores its entries uncompressed, so that they can be mapped; compressed entries are refused.
 * Checksums are not compared, because PyTorch can leave them out.
 */
final class ZipEntries {
    private static final int END = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int LONGEST_COMMENT = 0xffff;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int LOCATOR_64_BYTES = 20;
    private static final int END_64 = 0x06064b50;
    private static final int END_64_BYTES = 56;
    private static final int ENTRY = 0x02014b50;
    private static final int ENTRY_BYTES = 46;
    private static final int LOCAL = 0x04034b50;
    private static final int LOCAL_BYTES = 30;

    /** Stands for a value of more than 32 bits, which is in the extra field {@link #EXTRA_64}. */
    private static final long ELSEWHERE = 0xffff_ffffL;

    private static final int EXTRA_64 = 1;
    private static final int ENCRYPTED = 1;

    /** The greatest length of the directory in bytes. */
    private static final long LONGEST_DIRECTORY = PickleInput.LONGEST;

    /** An entry of the directory. */
    private record Entry(int flags, int method, long size, long local) {}

    private final Path file;
    private final FileChannel channel;
    private final long size;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /**
     * Reads the directory at the end of the archive.
     *
     * @throws InvalidFileException if the directory is missing or damaged
     */
    ZipEntries(Path file, FileChannel channel, long size) throws IOException {
        this.file = file;
        this.channel = channel;
        this.size = size;
        Range directory = directory();
        ByteBuffer bytes = read(directory.begin(), directory.length(), "its directory");
        while (bytes.remaining() >= ENTRY_BYTES && bytes.getInt(bytes.position()) == ENTRY) {
            readEntry(bytes);
        }
        if (bytes.hasRemaining()) {
            throw damaged("its directory contains something other than entries");
        }
    }

    /** Returns the names of all entries. */
    Set<String> names() {
        return entries.keySet();
    }

    /**
     * Returns the position of the content of the entry {@code name}.
     *
     * @throws InvalidFileException if there is no such entry, or it is compressed, encrypted or reaches past the end
     */
    Range find(String name) throws IOException {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw damaged("it has no entry " + name);
        }
        if (entry.method() != 0 || (entry.flags() & ENCRYPTED) != 0) {
            throw new InvalidFileException(
                    file,
                    "holds %s %s, while PyTorch stores entries as they are; save it again with PyTorch"
                            .formatted(name, entry.method() != 0 ? "compressed" : "encrypted"));
        }
        ByteBuffer local = read(entry.local(), LOCAL_BYTES, "the entry " + name);
        if (local.getInt(0) != LOCAL) {
            throw damaged("the entry %s does not begin at byte %d".formatted(name, entry.local()));
        }
        long begin = entry.local() + LOCAL_BYTES + unsigned(local.getShort(26)) + unsigned(local.getShort(28));
        if (entry.size() > size - begin) {
            throw damaged("the entry %s reaches past the end of the file".formatted(name));
        }
        return new Range(begin, entry.size());
    }

    private Range directory() throws IOException {
        int length = (int) Math.min(size, END_BYTES + LONGEST_COMMENT);
        ByteBuffer tail = MappedFile.read(channel, size - length, length);
        int at = length - END_BYTES;
        while (at >= 0 && !(tail.getInt(at) == END && unsigned(tail.getShort(at + 20)) == length - END_BYTES - at)) {
            at--;
        }
        if (at < 0) {
            throw damaged("it is a zip archive without the directory at its end; the file is probably truncated");
        }
        long end = size - length + at;
        if (end >= LOCATOR_64_BYTES) {
            ByteBuffer locator = MappedFile.read(channel, end - LOCATOR_64_BYTES, LOCATOR_64_BYTES);
            if (locator.getInt(0) == LOCATOR_64) {
                ByteBuffer end64 = read(locator.getLong(8), END_64_BYTES, "its directory");
                if (end64.getInt(0) != END_64) {
                    throw damaged("its directory is not at the place that the end of the archive states");
                }
                return new Range(end64.getLong(48), end64.getLong(40));
            }
        }
        return new Range(unsigned(tail.getInt(at + 16)), unsigned(tail.getInt(at + 12)));
    }

    private void readEntry(ByteBuffer bytes) {
        ByteBuffer fixed = bytes.slice(bytes.position(), ENTRY_BYTES).order(bytes.order());
        int nameLength = unsigned(fixed.getShort(28));
        int extraLength = unsigned(fixed.getShort(30));
        int rest = nameLength + extraLength + unsigned(fixed.getShort(32));
        if (rest > bytes.remaining() - ENTRY_BYTES) {
            throw damaged("its directory ends within an entry");
        }
        byte[] name = new byte[nameLength];
        bytes.position(bytes.position() + ENTRY_BYTES).get(name);
        ByteBuffer extra = bytes.slice(bytes.position(), extraLength).order(bytes.order());
        bytes.position(bytes.position() + rest - nameLength);
        ByteBuffer large = large(extra);
        long content = wide(unsigned(fixed.getInt(24)), large);
        wide(unsigned(fixed.getInt(20)), large);
        long local = wide(unsigned(fixed.getInt(42)), large);
        String text = new String(name, StandardCharsets.UTF_8);
        Entry entry = new Entry(unsigned(fixed.getShort(8)), unsigned(fixed.getShort(10)), content, local);
        if (content < 0 || local < 0 || entries.put(text, entry) != null) {
            throw damaged("the entry %s occurs twice, or has a negative size or position".formatted(text));
        }
    }

    /** Returns the values of more than 32 bits in the extra field of an entry. */
    private ByteBuffer large(ByteBuffer extra) {
        while (extra.remaining() >= 4) {
            int kind = unsigned(extra.getShort());
            int length = unsigned(extra.getShort());
            if (length > extra.remaining()) {
                break;
            }
            if (kind == EXTRA_64) {
                return extra.slice(extra.position(), length).order(extra.order());
            }
            extra.position(extra.position() + length);
        }
        return ByteBuffer.allocate(0);
    }

    private long wide(long value, ByteBuffer large) {
        if (value != ELSEWHERE) {
            return value;
        }
        if (large.remaining() < Long.BYTES) {
            throw damaged("an entry of its directory has no size");
        }
        return large.getLong();
    }

    private ByteBuffer read(long begin, long length, String what) throws IOException {
        if (begin < 0 || length < 0 || begin > size || length > size - begin || length > LONGEST_DIRECTORY) {
            throw damaged("%s reaches past the end of the file".formatted(what));
        }
        return MappedFile.read(channel, begin, (int) length);
    }

    private InvalidFileException damaged(String reason) {
        return new InvalidFileException(file, "is damaged: " + reason);
    }

    private static int unsigned(short value) {
        return value & 0xffff;
    }

    private static long unsigned(int value) {
        return value & 0xffff_ffffL;
    }
}
