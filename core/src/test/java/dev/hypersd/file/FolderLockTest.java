package dev.hypersd.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderLockTest {
    @TempDir
    private Path folder;

    @Test
    void aSecondRunIsKeptOutUntilTheFirstHasEnded() {
        Path output = folder.resolve("new/output");
        try (FolderLock _ = FolderLock.of(output);
                FolderLock _ = FolderLock.of(folder)) {
            assertThatThrownBy(() -> FolderLock.of(output))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessage(output + " is in use by another run, which writes to the same files: wait until it has "
                            + "ended, or name another output");
        }
        FolderLock.of(output).close();
        FolderLock.of(output).close();
    }

    /** Holds the lock of the file that its argument names until it is killed. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws Exception {
            try (FileChannel channel = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE)) {
                channel.lock();
                System.out.println("locked");
                Thread.sleep(TimeUnit.MINUTES.toMillis(1));
            }
        }
    }

    @Test
    void aProcessThatIsKilledGivesItsFolderFree() throws Exception {
        FolderLock.of(folder).close();
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        folder.resolve(".lock").toString())
                .start();
        try (var lines = other.inputReader()) {
            assertThat(lines.readLine()).isEqualTo("locked");
            assertThatThrownBy(() -> FolderLock.of(folder)).isInstanceOf(InvalidRequestException.class);
        } finally {
            other.destroyForcibly().waitFor();
        }
        FolderLock.of(folder).close();
    }

    /** Tells whether the folder that its argument names is locked, as another process sees it. */
    static final class Asker {
        private Asker() {}

        public static void main(String[] arguments) {
            System.out.println(FolderLock.isHeld(Path.of(arguments[0])));
        }
    }

    /** Closing a file releases all locks that its process has on it, on some systems. */
    @Test
    void askingAndTryingInTheSameProcessLeaveTheLockInPlace() throws Exception {
        assertThat(FolderLock.isHeld(folder)).isFalse();
        try (FolderLock _ = FolderLock.of(folder)) {
            assertThat(FolderLock.isHeld(folder)).isTrue();
            assertThatThrownBy(() -> FolderLock.of(folder)).isInstanceOf(InvalidRequestException.class);
            assertThat(asked()).isEqualTo("true");
        }
        assertThat(FolderLock.isHeld(folder)).isFalse();
        assertThat(FolderLock.isHeld(folder.resolve("none"))).isFalse();
    }

    private String asked() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Asker.class.getName(),
                        folder.toString())
                .start();
        try (var lines = other.inputReader()) {
            return String.valueOf(lines.readLine());
        } finally {
            other.destroyForcibly().waitFor();
        }
    }

    @Test
    void aFileThatIsNoFolderIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "text");
        assertThatThrownBy(() -> FolderLock.of(file))
                .isInstanceOf(HyperSdException.class)
                .hasMessageStartingWith(file + " cannot be written to: ");
    }
}
