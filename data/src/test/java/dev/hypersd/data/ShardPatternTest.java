package dev.hypersd.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardPatternTest {
    @TempDir
    Path folder;

    @Test
    void oneNameIsOneFile() {
        assertThat(ShardPattern.files("a/b.tar")).containsExactly(Path.of("a/b.tar"));
    }

    @Test
    void aRangeHasTheWidthOfItsFirstNumberIfThatBeginsWithZero() {
        assertThat(ShardPattern.files("s-{008..011}.tar"))
                .isEqualTo(paths("s-008.tar", "s-009.tar", "s-010.tar", "s-011.tar"));
        assertThat(ShardPattern.files("s-{8..10}.tar")).isEqualTo(paths("s-8.tar", "s-9.tar", "s-10.tar"));
        assertThat(ShardPattern.files("s-{0..1}.tar")).isEqualTo(paths("s-0.tar", "s-1.tar"));
    }

    @Test
    void severalRangesGiveAllCombinations() {
        assertThat(ShardPattern.files("{0..1}/{5..6}.tar"))
                .isEqualTo(paths("0/5.tar", "0/6.tar", "1/5.tar", "1/6.tar"));
    }

    @Test
    void aFolderStandsForItsTarFilesInTheOrderOfTheirNames() throws Exception {
        for (String name : new String[] {"b.tar", "a.tar", "a.txt", ".c.tar", "d.tar.part"}) {
            Files.createFile(folder.resolve(name));
        }
        assertThat(ShardPattern.files(folder.toString()))
                .containsExactly(folder.resolve("a.tar"), folder.resolve("b.tar"));
    }

    @Test
    void aFolderWithoutTarFilesIsRefused() {
        assertThatThrownBy(() -> ShardPattern.files(folder.toString()))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("has no tar files");
    }

    @Test
    void parquetIsRefusedWithTheWayThroughSpark() throws Exception {
        Path file = Files.createFile(folder.resolve("part-0.parquet"));
        for (String pattern : List.of(folder.toString(), file.toString())) {
            assertThatThrownBy(() -> ShardPattern.files(pattern))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageEndingWith("part-0.parquet: is Parquet, which is read through Spark only; pack its"
                            + " pictures and captions into tar files with hypersd-spark encode --parquet, see"
                            + " docs/spark.md");
        }
    }

    @Test
    void compressedTarFilesAreNamed() throws Exception {
        Path file = Files.createFile(folder.resolve("1.tar.gz"));
        Files.createFile(folder.resolve("2.tar"));
        for (String pattern : List.of(folder.toString(), file.toString())) {
            assertThatThrownBy(() -> ShardPattern.files(pattern))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageContaining("1.tar.gz: is a compressed tar file; unpack it to .tar");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{a..b}.tar", "{1,2}.tar", "{1..2.tar", "{1..9999999999}.tar", "x{}.tar"})
    void bracesThatAreNoRangeAreRefused(String pattern) {
        assertThatThrownBy(() -> ShardPattern.files(pattern))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(pattern + " has braces without a range of numbers; write for example shard-{000..099}.tar");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{3..2}.tar", "{0..100000}.tar", "{0..999}/{0..999}.tar", "{0..999999999}.tar"})
    void emptyAndTooLargeRangesAreRefused(String pattern) {
        assertThatThrownBy(() -> ShardPattern.files(pattern))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("stands for no files or for more than 100000");
    }

    private static List<Path> paths(String... names) {
        return Stream.of(names).map(Path::of).toList();
    }
}
