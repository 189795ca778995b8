package dev.hypersd.file;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a second run that would write to the same folder, since both would append to the same files. The lock is held
 * on the empty file {@code .lock} in the folder, which is not deleted. The operating system releases the lock when the
 * program ends in any way. Reading is not prevented.
 *
 * <pre>{@code
 * try (FolderLock _ = FolderLock.of(folder)) {
 *     // write
 * }
 * }</pre>
 */
public final class FolderLock implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.hypersd.file");
    private static final String NAME = ".lock";

    private final FileChannel channel;

    private FolderLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Locks a folder, which is created if it does not exist. If the file system does not support locks, a warning says
     * so.
     *
     * @throws InvalidRequestException if another run has locked it
     * @throws HyperSdException if the folder cannot be written to
     */
    public static FolderLock of(Path folder) {
        try {
            Files.createDirectories(folder);
            FileChannel channel =
                    FileChannel.open(folder.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!isLocked(channel, folder)) {
                channel.close();
                throw new InvalidRequestException(
                        "%s is in use by another run, which writes to the same files: wait until it has ended, or name "
                                        .formatted(folder)
                                + "another output");
            }
            return new FolderLock(channel);
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be written to: " + e.getMessage(), e);
        }
    }

    private static boolean isLocked(FileChannel channel, Path folder) {
        try {
            @Nullable FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // A run of this process has it.
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} cannot be locked ({1}): a second run would write to the same files",
                    folder,
                    e.getMessage());
            return true;
        }
    }

    /** Releases the folder. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new HyperSdException("a lock cannot be released: " + e.getMessage(), e);
        }
    }
}
