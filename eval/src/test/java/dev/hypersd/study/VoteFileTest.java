package dev.hypersd.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VoteFileTest {
    private static final Study STUDY = new Study(
            List.of(new StudyMethod("A, 1 step", "11"), new StudyMethod("B|1", "22"), new StudyMethod("=C", "33")),
            List.of("a \"red\" cat", "=1+1", "two\nlines"),
            List.of(0L, 7L),
            Optional.empty(),
            List.of(new Question("quality", "Which is better?"), new Question("alignment", "Which fits better?")),
            true,
            OptionalInt.empty());
    private static final Rater ANN = new Rater("a".repeat(32), "Ann");
    private static final Rater NOBODY = new Rater("b".repeat(32), "");
    private static final String VOTE = "{\"time\":\"2026-01-02T03:04:05Z\",\"rater\":\"" + "a".repeat(32)
            + "\",\"prompt\":0,\"seed\":\"0\",\"left\":\"=C\",\"right\":\"A, 1 step\","
            + "\"answers\":{\"quality\":\"left\",\"alignment\":\"tie\"}}";

    @TempDir
    private Path folder;

    private Path path() {
        return folder.resolve("votes.jsonl");
    }

    @Test
    void votesAreThereAfterTheFileIsOpenedAgain() {
        VoteFile file = VoteFile.open(path(), STUDY);
        Vote one = vote(ANN, 0, 0, "A, 1 step", "=C", Answer.LEFT);
        Vote two = vote(NOBODY, 2, 7, "=C", "B|1", Answer.TIE);
        file.add(one);
        file.add(two);
        VoteFile again = VoteFile.open(path(), STUDY);
        assertThat(again.votes()).containsExactly(one, two).isEqualTo(file.votes());
        assertThat(again.vote(NOBODY.id(), new Pair(2, 7, "B|1", "=C"))).hasValue(two);
        assertThat(again.vote(ANN.id(), two.pair())).isEmpty();
    }

    @Test
    void theLaterOfTwoVotesOnAPairCountsWhicheverWayRoundItWasSeen() {
        VoteFile file = VoteFile.open(path(), STUDY);
        file.add(vote(ANN, 0, 0, "A, 1 step", "=C", Answer.LEFT));
        Vote later = vote(ANN, 0, 0, "=C", "A, 1 step", Answer.TIE);
        file.add(later);
        assertThat(file.votes()).containsExactly(later);
        assertThat(VoteFile.open(path(), STUDY).votes()).containsExactly(later);
    }

    @Test
    void aVoteThatWasCutOffAnywhereDoesNotCountAndTheNextOneIsWhole() throws IOException {
        VoteFile.open(path(), STUDY).add(vote(ANN, 0, 0, "A, 1 step", "=C", Answer.LEFT));
        byte[] before = Files.readAllBytes(path());
        Vote next = vote(NOBODY, 1, 0, "B|1", "=C", Answer.RIGHT);
        VoteFile.open(path(), STUDY).add(next);
        byte[] whole = Files.readAllBytes(path());
        for (int length = before.length; length < whole.length; length += 7) {
            Files.write(path(), Arrays.copyOf(whole, length));
            assertThat(VoteFile.open(path(), STUDY).votes())
                    .as("cut after %d bytes", length)
                    .hasSize(1);
            VoteFile.open(path(), STUDY).add(next);
            assertThat(Files.readAllBytes(path()))
                    .as("cut after %d bytes", length)
                    .isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ | is not valid JSON",
                "[1] | is not a JSON object but [1]",
                "{} | seed is missing",
                "\"prompt\":0 ; \"prompt\":3 | is a vote on prompt 3 from seed 0 by \"=C\" and",
                "\"prompt\":0 ; \"prompt\":-1 | which the study does not have",
                "\"prompt\":0 ; \"prompt\":1e99 | prompt must be a whole number",
                "\"seed\":\"0\" ; \"seed\":\"1\" | which the study does not have",
                "\"seed\":\"0\" ; \"seed\":\"x\" | seed is \"x\", which is no seed",
                "=C ; D | which the study does not have",
                "\"left\":\"=C\" ; \"left\":\"A, 1 step\" | which the study does not have",
                "\"rater\":\"a ; \"rater\":\"x | the id of a rater has 32 hexadecimal digits",
                "2026-01-02 ; 2026-13-02 | is no vote: Text",
                "\"left\",\"al ; \"middle\",\"al | quality must be left, tie or right, not \"middle\"",
                "\"quality\":\"left\", ; '' | quality is missing",
                "\"quality\":\"left\", ; \"quality\":\"left\",\"mood\":\"tie\", | mood is unknown",
                "\"prompt\":0 ; \"prompt\":0,\"name\":\"<b>\" | a name has at most 40 letters"
            })
    void aLineThatIsNoVoteIsNamedWithItsNumber(String change, String message) throws IOException {
        VoteFile.open(path(), STUDY).add(vote(NOBODY, 0, 0, "A, 1 step", "=C", Answer.LEFT));
        String[] parts = change.split(" ; ", -1);
        String line = parts.length == 1 ? change : VOTE.replace(parts[0], parts[1].replace("''", ""));
        assertThat(line).isNotEqualTo(VOTE);
        Files.writeString(path(), Files.readString(path()) + VOTE + "\n" + line + "\n");
        assertThatThrownBy(() -> VoteFile.open(path(), STUDY))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("votes.jsonl, line 4: ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "{}", "{\"format\": 2}", "{\"format\": 1, \"methods\": []}"})
    void aFileOfSomethingElseIsRefusedAndLeftAlone(String content) throws IOException {
        Files.writeString(path(), content + "\n");
        assertThatThrownBy(() -> VoteFile.open(path(), STUDY))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageStartingWith(path().toString());
        assertThat(path()).hasContent(content);
    }

    @Test
    void aStudyThatHasChangedIsRefusedWhereThereAreVotesAndTheDifferenceIsNamed() {
        VoteFile.open(path(), STUDY).add(vote(ANN, 0, 0, "A, 1 step", "=C", Answer.LEFT));
        Map<Study, String> changes = Map.of(
                with(STUDY.methods().subList(0, 2), STUDY.prompts(), STUDY.questions(), true),
                "it had 3 methods and has 2 now",
                with(
                        List.of(
                                STUDY.methods().get(0),
                                new StudyMethod("B|1", "23"),
                                STUDY.methods().get(2)),
                        STUDY.prompts(),
                        STUDY.questions(),
                        true),
                "\"B|1\" drew other pictures then: its settings or its files have changed",
                with(STUDY.methods(), List.of("a \"red\" cat", "a dog", "two\nlines"), STUDY.questions(), true),
                "number 2 of its prompts was \"=1+1\" and is \"a dog\" now",
                with(
                        STUDY.methods(),
                        STUDY.prompts(),
                        List.of(STUDY.questions().getFirst(), new Question("alignment", "Which?")),
                        true),
                "number 2 of its questions was alignment (\"Which fits better?\") and is alignment (\"Which?\") now",
                with(STUDY.methods(), STUDY.prompts(), STUDY.questions(), false),
                "number 1 of its ties was true and is false now");
        changes.forEach((study, difference) -> assertThatThrownBy(() -> VoteFile.open(path(), study))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(path() + " has 1 votes on another study: " + difference
                        + "; name another output, or undo the change"));
    }

    @Test
    void aStudyMayChangeWhileThereAreNoVotes() {
        VoteFile.open(path(), STUDY);
        Study other = with(STUDY.methods(), List.of("a dog"), STUDY.questions(), false);
        VoteFile.open(path(), other);
        assertThatThrownBy(() -> {
                    VoteFile.open(path(), other).add(vote(ANN, 0, 0, "A, 1 step", "=C", Answer.LEFT));
                    VoteFile.open(path(), STUDY);
                })
                .hasMessageContaining("it had 1 prompts and has 3 now");
    }

    @Test
    void nobodyCanFillTheDisk() {
        Study small = new Study(
                STUDY.methods(),
                STUDY.prompts(),
                STUDY.seeds(),
                Optional.empty(),
                STUDY.questions(),
                true,
                OptionalInt.of(2));
        VoteFile file = VoteFile.open(path(), small);
        Vote vote = vote(ANN, 0, 0, "A, 1 step", "=C", Answer.LEFT);
        for (int i = 0; i < 10; i++) {
            file.add(vote);
        }
        assertThatThrownBy(() -> file.add(vote))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("too many answers were changed: no more changes are accepted");
        assertThatThrownBy(() -> VoteFile.open(path(), small).add(vote)).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void theTableIsSafeForSpreadsheets() {
        String csv = VoteTable.csv(
                STUDY,
                List.of(
                        vote(ANN, 0, 7, "=C", "A, 1 step", Answer.LEFT),
                        vote(NOBODY, 1, 0, "B|1", "=C", Answer.RIGHT),
                        vote(NOBODY, 2, 0, "B|1", "=C", Answer.TIE)));
        String time = "2026-01-02T03:04:05Z";
        assertThat(csv.split("\r\n"))
                .containsExactly(
                        "time,rater,name,prompt,prompt_text,seed,left,right,quality,quality_preferred,alignment,"
                                + "alignment_preferred",
                        time + "," + ANN.id() + ",Ann,0,\"a \"\"red\"\" cat\",7,'=C,\"A, 1 step\",left,'=C,tie,",
                        time + "," + NOBODY.id() + ",,1,'=1+1,0,B|1,'=C,right,'=C,tie,",
                        time + "," + NOBODY.id() + ",,2,\"two\nlines\",0,B|1,'=C,tie,,tie,");
    }

    private static Study with(
            List<StudyMethod> methods, List<String> prompts, List<Question> questions, boolean hasTies) {
        return new Study(methods, prompts, STUDY.seeds(), Optional.empty(), questions, hasTies, OptionalInt.empty());
    }

    static Vote vote(Rater rater, int prompt, int seed, String left, String right, Answer quality) {
        return new Vote(
                Instant.parse("2026-01-02T03:04:05Z"),
                rater,
                new Pair(prompt, seed, left, right),
                Map.of("quality", quality, "alignment", Answer.TIE));
    }
}
