package dev.hypersd.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.judge.JudgeCheck.Finding;
import dev.hypersd.judge.JudgeCheck.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JudgeCheckTest {
    @TempDir
    private Path path;

    @Test
    void usableJudgesAreDescribedAndMissingOnesNamedWithTheirFiles() {
        ScorerCase.copy(ScorerCase.of("clip_score").model(), path.resolve("clip"));
        ScorerCase.copy(ScorerCase.of("open_clip").model(), path.resolve("clip-tiny"));
        ScorerCase.copy(ScorerCase.of("open_clip").model(), path.resolve("hps"));
        ScorerCase.copy(ScorerCase.of("clip_score").model(), path.resolve("cmmd"));
        JudgeFolder folder = new JudgeFolder(path);
        JudgeCheck check = JudgeCheck.of(folder);
        assertThat(check.findings())
                .contains(
                        new Finding(
                                "clip",
                                State.USABLE,
                                "CLIP score: CLIP ViT of width 32/32 in the layout of transformers, shorter side to "
                                        + "224, centre crop of 224, bicubic, fingerprint "
                                        + folder.fingerprint(Score.CLIP)),
                        new Finding(
                                "clip-tiny",
                                State.USABLE,
                                "CLIP score (tiny): CLIP ViT of width 20/14 in the layout of open_clip, shorter side "
                                        + "to 112, centre crop of 112 as in torchvision, bicubic, fingerprint "
                                        + folder.fingerprint(
                                                Score.of("clip-tiny").orElseThrow())))
                .anySatisfy(finding -> assertThat(finding.text())
                        .startsWith("HPSv2: CLIP ViT of width 20/14 in the layout of open_clip, longer side to 112, "
                                + "padded with black to 112, bicubic"))
                .anySatisfy(finding -> assertThat(finding.text())
                        .startsWith("CLIP ViT of width 32/32 in the layout of transformers, largest square in the "
                                + "middle to 224, bicubic"))
                .contains(new Finding(
                        "inception",
                        State.MISSING,
                        "takes pt_inception-2015-12-05-6726825d.pth of mseitzer/pytorch-fid (Apache-2.0), "
                                + "converted with \"hypersd convert\""))
                .noneMatch(finding -> finding.name().equals("preference"));
        assertThat(check.passes(List.of())).isTrue();
        assertThat(check.passes(List.of("clip-tiny", "hps"))).isTrue();
        assertThat(check.passes(List.of("image-reward"))).isFalse();
    }

    @Test
    void judgesThatCannotBeUsedFailTheCheckWithTheReason() throws IOException {
        Path clip = path.resolve("clip");
        ScorerCase.copy(ScorerCase.of("clip_score").model(), clip);
        Files.delete(clip.resolve("model.safetensors"));
        ScorerCase.copy(ScorerCase.of("pick_score").model(), path.resolve("pick-score"));
        JudgeCheck check = JudgeCheck.of(new JudgeFolder(path));
        assertThat(check.findings())
                .filteredOn(finding -> finding.state() == State.BROKEN)
                .singleElement()
                .satisfies(finding -> assertThat(finding.text())
                        .startsWith(clip.resolve("config.json") + ": describes a network whose weights are missing")
                        .endsWith("it takes the configurations, model.safetensors and the tokenizer of "
                                + "openai/clip-vit-base-patch32 (MIT)"));
        assertThat(check.passes(List.of())).isFalse();
    }

    @Test
    void aFolderWithoutTheNameOfAJudgeFailsTheCheck() throws IOException {
        ScorerCase.copy(ScorerCase.of("clip_score").model(), path.resolve("clip"));
        Files.createDirectory(path.resolve("imagereward"));
        Files.createDirectory(path.resolve(".cache"));
        JudgeCheck check = JudgeCheck.of(new JudgeFolder(path));
        assertThat(check.findings())
                .contains(new Finding(
                        "imagereward", State.UNKNOWN, "is not the name of a judge; did you mean image-reward?"))
                .noneMatch(finding -> finding.name().equals(".cache"));
        assertThat(check.passes(List.of())).isFalse();
    }

    @Test
    void aFolderWithoutJudgesFailsTheCheck() {
        assertThat(JudgeCheck.of(new JudgeFolder(path)).passes(List.of())).isFalse();
        assertThatThrownBy(() -> JudgeCheck.of(new JudgeFolder(path.resolve("nowhere"))))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage(path.resolve("nowhere") + ": is not a folder");
    }
}
