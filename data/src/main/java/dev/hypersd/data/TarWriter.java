package dev.hypersd.data;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Writes a tar file. Equal members give equal files: it is not stored who wrote it when. */
public final class TarWriter implements AutoCloseable {
    private final TarArchiveOutputStream tar;

    /** Begins the file {@code path}. */
    public TarWriter(Path path) throws IOException {
        this.tar = new TarArchiveOutputStream(new BufferedOutputStream(Files.newOutputStream(path)));
    }

    /** Adds a member. */
    public void add(String name, byte[] content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        entry.setUserName("");
        entry.setModTime(0);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    @Override
    public void close() throws IOException {
        tar.close();
    }
}
