package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.study.Vote;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** People vote on the page of a study, in a browser; skipped as {@link NodeClientTest} is. */
@Timeout(600)
class StudyPageTest {
    @Test
    void thePageOfAStudyWorksInABrowser(@TempDir Path folder) throws Exception {
        NodeClient.requireBrowser();
        try (TinyStudy study = TinyStudy.open(folder, ServerOptions.LOCAL)) {
            NodeClient.run(study.uri(""), "study.test.mjs");
            List<Vote> votes = study.votes().votes();
            // The tests prefer the brighter picture wherever it is, once they have seen it.
            assertThat(votes)
                    .filteredOn(vote -> vote.rater().name().equals("Brighter"))
                    .hasSize(TinyStudy.PAIRS)
                    .allSatisfy(
                            vote -> assertThat(TinyStudy.brightness(vote.pair().method(vote.answer("quality"))))
                                    .isEqualTo(Math.max(
                                            TinyStudy.brightness(vote.pair().left()),
                                            TinyStudy.brightness(vote.pair().right()))));
        }
    }

    @Test
    void thePageOfAStudyTakesTheTokenFromALinkAlsoBelowAPath(@TempDir Path folder) throws Exception {
        NodeClient.requireBrowser();
        try (TinyStudy study = TinyStudy.open(
                folder, ServerOptions.LOCAL.withToken(NodeClient.TOKEN).below("/studies/1"))) {
            NodeClient.run(study.uri("/studies/1"), "study-login.test.mjs");
        }
    }
}
