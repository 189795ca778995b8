package dev.hypersd.bulk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.bulk.PictureList.Wanted;
import dev.hypersd.request.GenerationOptions;
import dev.hypersd.request.Option;
import dev.hypersd.request.PromptFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureListTest {
    @TempDir
    Path folder;

    @Test
    void aPromptWithoutASeedTakesThatOfTheRunPlusTheNumberOfItsFirstPicture() throws IOException {
        Path file = Files.writeString(folder.resolve("p.csv"), """
            prompt,seed,count,steps
            a,,,
            b,7,2,3
            c,,,
            """);
        GenerationOptions run = GenerationOptions.builder().seed(100).steps(5).build();
        PictureList list = PictureList.of(PromptFile.named(file.toString(), Optional.empty()), run);
        assertThat(list.total()).isEqualTo(4);
        assertThat(list.pictures())
                .extracting(
                        Wanted::number,
                        Wanted::row,
                        each -> each.options().get(Option.SEED).orElseThrow())
                .containsExactly(
                        Tuple.tuple(0L, 1L, 100L),
                        Tuple.tuple(1L, 2L, 7L),
                        Tuple.tuple(2L, 2L, 8L),
                        Tuple.tuple(3L, 3L, 103L));
        assertThat(list.pictures().get(1).options().get(Option.STEPS)).contains(3);
        assertThat(list.pictures().get(3).options().get(Option.STEPS)).contains(5);
        assertThat(list.pictures().get(1).options().has(Option.COUNT)).isFalse();
    }

    @Test
    void aRowThatCannotBeReadDoesNotShiftTheSeedsOfTheOthers() throws IOException {
        Path file = Files.writeString(folder.resolve("p.jsonl"), "\"a\"\n{\n\"c\"\n");
        PictureList list =
                PictureList.of(PromptFile.tolerant(file.toString(), Optional.empty()), GenerationOptions.NONE);
        assertThat(list.failures()).hasSize(1);
        assertThat(list.pictures()).extracting(Wanted::number).containsExactly(0L, 2L);
    }
}
