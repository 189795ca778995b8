package dev.hypersd.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FingerprintTest {
    @TempDir
    private Path folder;

    @Test
    void sameContentsInTheSameOrderHaveTheSameDigits() {
        String digits = new Fingerprint().add("a").add("b").digits();
        assertThat(digits).matches("[0-9a-f]{8}");
        assertThat(new Fingerprint()
                        .add("a")
                        .add(ByteBuffer.wrap(new byte[] {'b'}))
                        .digits())
                .isEqualTo(digits);
        assertThat(new Fingerprint().add("b").add("a").digits()).isNotEqualTo(digits);
    }

    @Test
    void theFingerprintOfAFolderCoversNamesAndContents() throws IOException {
        Path file =
                Files.writeString(Files.createDirectories(folder.resolve("a")).resolve("x"), "1");
        String before = Fingerprint.of(folder);
        assertThat(Fingerprint.of(folder)).isEqualTo(before);
        Files.writeString(file, "2");
        assertThat(Fingerprint.of(folder)).isNotEqualTo(before);
        Files.writeString(file, "1");
        Files.move(file, file.resolveSibling("y"));
        assertThat(Fingerprint.of(folder)).isNotEqualTo(before);
    }

    @Test
    void filesBehindLinksCountAsThoseInTheFolder() throws IOException {
        Path real = Files.createDirectories(folder.resolve("real/part"));
        Files.writeString(real.resolve("x"), "1");
        Path linked = Files.createDirectory(folder.resolve("linked"));
        Files.createSymbolicLink(linked.resolve("part"), real);
        Path whole = Files.createSymbolicLink(folder.resolve("whole"), folder.resolve("real"));
        String digits = Fingerprint.of(folder.resolve("real"));
        assertThat(Fingerprint.of(linked)).isEqualTo(digits);
        assertThat(Fingerprint.of(whole)).isEqualTo(digits);
        assertThat(FilesBelow.of(whole)).containsExactly(whole.resolve("part/x"));
        Files.createSymbolicLink(real.resolve("circle"), folder.resolve("real"));
        assertThatThrownBy(() -> Fingerprint.of(whole))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("cannot be read: ");
    }
}
