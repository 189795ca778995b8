package dev.hypersd.data;

import dev.hypersd.error.InvalidFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;

/**
 * A file within a tar file.
 *
 * @param name the name in the archive
 * @param offset the offset of its first byte in the archive
 * @param size its size in bytes; all of them lie within the archive
 */
public record TarMember(Path archive, String name, long offset, long size) {
    /**
     * Reads the headers of {@code archive} and returns its members in their order.
     *
     * @throws InvalidFileException if it is missing, cut off, damaged or no tar file
     */
    public static List<TarMember> in(Path archive) {
        if (!Files.isRegularFile(archive)) {
            throw new InvalidFileException(archive, "not found");
        }
        try (SeekableByteChannel channel = Files.newByteChannel(archive);
                TarFile tar = new TarFile(channel)) {
            List<TarMember> members = new ArrayList<>();
            for (TarArchiveEntry entry : tar.getEntries()) {
                requireWhole(archive, entry, channel.size());
                if (entry.isFile() && !entry.isSparse()) {
                    members.add(new TarMember(archive, entry.getName(), entry.getDataOffset(), entry.getSize()));
                }
            }
            return members;
        } catch (IOException | IllegalArgumentException e) {
            // The reader of headers meets damaged ones with both.
            throw new InvalidFileException(
                    archive, "is damaged, cut off or not a tar file: " + e.getMessage() + "; fetch it again", e);
        }
    }

    private static void requireWhole(Path archive, TarArchiveEntry entry, long length) {
        if (!entry.isCheckSumOK()) {
            throw new InvalidFileException(archive, "is damaged or not a tar file: a header contradicts its checksum");
        }
        if (entry.getSize() > length - entry.getDataOffset()) {
            throw new InvalidFileException(
                    archive,
                    "is cut off after %d bytes, within %s, which takes %d; fetch it again"
                            .formatted(length, printable(entry.getName()), entry.getSize()));
        }
    }

    /** Returns the archive and the name as one path, for messages. */
    public Path path() {
        return path(archive, name);
    }

    /** Returns {@code archive} and {@code name} as one path, for messages. */
    static Path path(Path archive, String name) {
        return Path.of(archive + "/" + printable(name));
    }

    private static String printable(String name) {
        return name.replaceAll("[^\\p{L}\\p{N}./_ -]", "_");
    }

    /**
     * Reads the content.
     *
     * @param largest the largest size in bytes that is read
     * @throws InvalidFileException if the content is larger, or no longer there
     */
    public byte[] read(int largest) {
        if (size > largest) {
            throw new InvalidFileException(
                    path(), "has %d bytes, more than the %d MiB that are read".formatted(size, largest >> 20));
        }
        ByteBuffer content = ByteBuffer.allocate((int) size);
        try (FileChannel channel = FileChannel.open(archive)) {
            while (content.hasRemaining()) {
                if (channel.read(content, offset + content.position()) < 0) {
                    throw new InvalidFileException(path(), "is cut off: the archive has changed");
                }
            }
        } catch (IOException e) {
            throw new InvalidFileException(path(), "cannot be read: " + e.getMessage(), e);
        }
        return content.array();
    }
}
