package dev.hypersd.file;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

    /** The name of the file in the folder. */
    public static final String NAME = ".lock";

    /** How often the lock is tried, since a program that asks whether the folder is locked has it for an instant. */
    private static final int ATTEMPTS = 5;

    private static final long MILLISECONDS_BETWEEN = 10;

    /**
     * The folders that this process has locked. Their files are not opened again, because on some systems a process
     * that closes a file loses all its locks on it.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    private FolderLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /**
     * Locks a folder, which is created if it does not exist. If the file system does not support locks, a warning says
     * so.
     *
     * @throws InvalidRequestException if another run has locked it
     * @throws HyperSdException if the folder cannot be written to
     */
    public static synchronized FolderLock of(Path folder) {
        try {
            Path real = Files.createDirectories(folder).toRealPath();
            if (!HELD.add(real)) {
                throw inUse(folder);
            }
            boolean locked = false;
            try {
                FileChannel channel =
                        FileChannel.open(real.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                locked = isLocked(channel, folder);
                if (!locked) {
                    channel.close();
                    throw inUse(folder);
                }
                return new FolderLock(real, channel);
            } finally {
                if (!locked) {
                    HELD.remove(real);
                }
            }
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be written to: " + e.getMessage(), e);
        }
    }

    private static InvalidRequestException inUse(Path folder) {
        return new InvalidRequestException(
                "%s is in use by another run, which writes to the same files: wait until it has ended, or name "
                                .formatted(folder)
                        + "another output");
    }

    /**
     * Returns whether a run has locked a folder. Nothing is written. If the file system does not support locks, none
     * has.
     */
    public static synchronized boolean isHeld(Path folder) {
        try {
            Path real = folder.toRealPath();
            Path file = real.resolve(NAME);
            if (HELD.contains(real)) {
                return true;
            }
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                @Nullable FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true);
                return lock == null;
            }
        } catch (OverlappingFileLockException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isLocked(FileChannel channel, Path folder) {
        try {
            @Nullable FileLock lock = channel.tryLock();
            for (int attempt = 1; lock == null && attempt < ATTEMPTS; attempt++) {
                Thread.sleep(MILLISECONDS_BETWEEN);
                lock = channel.tryLock();
            }
            return lock != null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
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
        } finally {
            HELD.remove(folder);
        }
    }
}
