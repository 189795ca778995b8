package dev.hypersd.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines in place of names, by seed. */
class WildcardsTest {
    @TempDir
    Path folder;

    @Test
    void everySeedHasItsLineAndKeepsIt() throws IOException {
        Files.writeString(folder.resolve("animal.txt"), "# no animals\ncat\n\n  dog  \nfox\n");
        assertThat(LongStream.range(0, 50).mapToObj(seed -> Wildcards.fill("a __animal__!", folder, seed)))
                .containsOnly("a cat!", "a dog!", "a fox!")
                .contains("a cat!", "a dog!", "a fox!");
        assertThat(Wildcards.fill("__animal__ __animal__", folder, 7))
                .isEqualTo(Wildcards.fill("__animal__ __animal__", folder, 7));
    }

    @Test
    void linesMayHoldWildcardsThemselvesButNotWithoutEnd() throws IOException {
        Files.createDirectory(folder.resolve("in"));
        Files.writeString(folder.resolve("in/colour.txt"), "$1 red\\");
        Files.writeString(folder.resolve("thing.txt"), "a __in/colour__ cup");
        Files.writeString(folder.resolve("loop.txt"), "__loop__");
        assertThat(Wildcards.fill("__thing__", folder, 1)).isEqualTo("a $1 red\\ cup");
        assertThatThrownBy(() -> Wildcards.fill("__loop__", folder, 1))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("do they name each other?");
    }

    @Test
    void aMissingOrEmptyFileIsNamedAndNoNameLeadsOutOfTheFolder() throws IOException {
        Files.writeString(folder.resolve("empty.txt"), "# nothing\n");
        assertThatThrownBy(() -> Wildcards.fill("__empty__", folder, 1))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("empty.txt: has no lines to choose from");
        assertThatThrownBy(() -> Wildcards.fill("__none__", folder, 1)).hasMessageContaining("none.txt: not found");
        assertThat(Wildcards.fill("__../secret__ and __ x __", folder, 1)).isEqualTo("__../secret__ and __ x __");
    }
}
