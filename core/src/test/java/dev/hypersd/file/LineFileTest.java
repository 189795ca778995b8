package dev.hypersd.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineFileTest {
    @TempDir
    private Path folder;

    private LineFile file() {
        return new LineFile(folder.resolve("log.jsonl"));
    }

    @Test
    void linesThatAreAppendedAreReadInTheirOrder() {
        assertThat(file().lines()).isEmpty();
        file().append(List.of("one"));
        file().append(List.of("zwölf", "three 🦊"));
        assertThat(file().lines()).containsExactly("one", "zwölf", "three 🦊");
    }

    /** Wherever the program is ended while it appends, also in the middle of a character. */
    @Test
    void anIncompleteLastLineIsIgnoredAndReplacedByTheNext() throws IOException {
        byte[] whole = "one\n{\"text\": \"🦊\"}\n".getBytes(StandardCharsets.UTF_8);
        for (int length = "one\n".length(); length < whole.length; length++) {
            Files.write(file().path(), Arrays.copyOf(whole, length));
            assertThat(file().lines()).as("cut after %d bytes", length).containsExactly("one");
            file().append(List.of("two"));
            assertThat(file().lines()).as("cut after %d bytes", length).containsExactly("one", "two");
            assertThat(file().path()).hasContent("one\ntwo\n");
        }
    }

    @Test
    void aFileWithNothingButACutOffLineHasNoLines() throws IOException {
        Files.writeString(file().path(), "on");
        assertThat(file().lines()).isEmpty();
        file().append(List.of("one"));
        assertThat(file().lines()).containsExactly("one");
    }

    @Test
    void linesAreReplacedAllAtOnceAndNoDraftIsLeft() {
        file().append(List.of("one", "two"));
        file().replace(List.of("two"));
        assertThat(file().lines()).containsExactly("two");
        assertThat(folder)
                .isDirectoryContaining("glob:**/log.jsonl")
                .satisfies(f -> assertThat(f.toFile().list()).hasSize(1));
    }

    @Test
    void aFileThatIsNotInUtf8IsRefused() throws IOException {
        Files.write(file().path(), new byte[] {(byte) 0xC3, '\n'});
        assertThatThrownBy(() -> file().lines())
                .isInstanceOf(InvalidFileException.class)
                .hasMessageStartingWith(file().path() + ": cannot be read: ");
    }
}
