package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.mini.EmbeddedModel;
import org.junit.jupiter.api.Test;

class JudgesCommandTest {
    @Test
    void theJudgesThatComeWithTheProgramPassTheCheck() {
        Outcome outcome = Outcome.of("judges", "check", EmbeddedModel.judges().toString());
        assertThat(outcome.code()).as(outcome.out() + outcome.err()).isZero();
        assertThat(outcome.out())
                .containsPattern("  clip +usable +CLIP score: CLIP .*, fingerprint [0-9a-f]{8}")
                .containsPattern("  aesthetic +usable +aesthetic score: linear head on CLIP ")
                .containsPattern("  hps +missing +takes HPS_v2_compressed.pt or ");
    }

    @Test
    void aRequiredJudgeThatIsMissingFailsTheCheck() {
        String judges = EmbeddedModel.judges().toString();
        assertThat(Outcome.of("judges", "check", judges, "--require", "clip,aesthetic")
                        .code())
                .isZero();
        assertThat(Outcome.of("judges", "check", judges, "--require", "clip,hps")
                        .code())
                .isEqualTo(1);
        Outcome unknown = Outcome.of("judges", "check", judges, "--require", "clips");
        assertThat(unknown.code()).isNotZero();
        assertThat(unknown.err()).contains("--require names \"clips\"; judges are attributes, segmentation, clip");
    }

    @Test
    void aFolderThatIsNotThereIsNamed() {
        Outcome outcome = Outcome.of("judges", "check", "/nowhere");
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).contains("/nowhere: is not a folder");
    }

    @Test
    void theSubcommandIsRequired() {
        Outcome outcome = Outcome.of("judges");
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).contains("say what to do: check");
    }
}
