package dev.hypersd.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.tensor.TensorArena;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JudgeFolderTest {
    @TempDir
    private Path path;

    @Test
    void aJudgeIsInTheFolderOfItsName() throws IOException {
        Path clip = Files.createDirectory(path.resolve("clip"));
        assertThat(new JudgeFolder(path).of(Judge.CLIP)).isEqualTo(clip);
        assertThat(new JudgeFolder(path).has(Judge.CLIP)).isTrue();
    }

    @Test
    void aTrainedJudgeIsFoundInTheFolderModelOfItsRun() throws IOException {
        Path model = Files.createDirectories(path.resolve("clip/model"));
        Files.createDirectory(path.resolve("clip/checkpoints"));
        assertThat(new JudgeFolder(path).of(Judge.CLIP)).isEqualTo(model);
    }

    @Test
    void aJudgeThatIsNotThereIsRefusedWithTheFolderWhereItShouldBe() {
        JudgeFolder folder = new JudgeFolder(path);
        assertThat(folder.has(Judge.PREFERENCE)).isFalse();
        try (TensorArena arena = new TensorArena()) {
            assertThatThrownBy(() -> folder.open(Score.PREFERENCE, arena))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessage("%s: has no judge \"preference\"; put its config.json and weights into %s"
                            .formatted(path, path.resolve("preference")));
        }
    }

    @Test
    void theFingerprintTellsWhichJudgeAFileBelongsToAndLeavesOutTheSegmenter() throws IOException {
        Files.writeString(Files.createDirectories(path.resolve("one/clip")).resolve("config.json"), "{}");
        Files.writeString(
                Files.createDirectories(path.resolve("two/preference")).resolve("config.json"), "{}");
        String one = new JudgeFolder(path.resolve("one")).fingerprint();
        assertThat(one).isNotEqualTo(new JudgeFolder(path.resolve("two")).fingerprint());
        Files.writeString(
                Files.createDirectories(path.resolve("one/segmentation")).resolve("config.json"), "{}");
        assertThat(new JudgeFolder(path.resolve("one")).fingerprint()).isEqualTo(one);
    }

    @Test
    void theScoresOfAFolderAreThoseOfItsJudgesInTheOrderOfReports() throws IOException {
        for (String name : List.of("preference", "clip-g-14", "attributes", "clip", "notes")) {
            Files.createDirectory(path.resolve(name));
        }
        List<Score> scores = new JudgeFolder(path).scores();
        assertThat(scores).extracting(Score::key).containsExactly("clip", "clip-g-14", "preference");
        assertThat(scores)
                .extracting(Score::title)
                .containsExactly("CLIP score", "CLIP score (g-14)", "preference score");
        assertThat(new JudgeFolder(path.resolve("nowhere")).scores()).isEmpty();
    }
}
