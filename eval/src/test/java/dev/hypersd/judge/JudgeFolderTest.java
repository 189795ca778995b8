package dev.hypersd.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JudgeFolderTest {
    @TempDir
    Path judges;

    @Test
    void aJudgeIsInTheFolderOfItsName() throws IOException {
        Path clip = Files.createDirectory(judges.resolve("clip"));
        assertThat(JudgeFolder.of(judges, "clip")).isEqualTo(clip);
    }

    @Test
    void whatATrainingHasLeftIsFoundInItsRun() throws IOException {
        Path model = Files.createDirectories(judges.resolve("clip/model"));
        Files.createDirectory(judges.resolve("clip/checkpoints"));
        assertThat(JudgeFolder.of(judges, "clip")).isEqualTo(model);
    }

    @Test
    void aJudgeThatIsNotThereIsNamedAllTheSame() {
        assertThat(JudgeFolder.of(judges, "clip")).isEqualTo(judges.resolve("clip"));
    }
}
