package dev.hypersd.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.Image;
import dev.hypersd.study.Answer;
import dev.hypersd.study.StudyMethod;
import dev.hypersd.study.Vote;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StudyServerTest {
    private static final String ID = "0123456789abcdef0123456789abcdef";
    private static final String RATER = "/study/raters/" + ID;

    @TempDir
    private Path folder;

    private TinyStudy study;

    @BeforeEach
    void start() {
        study = TinyStudy.open(folder, ServerOptions.LOCAL);
    }

    @AfterEach
    void end() {
        study.close();
    }

    @Test
    void aRaterAnswersThePairsInTheirOrderAndEachIsInTheResult() throws Exception {
        assertThat(study.get(RATER).body()).contains("\"total\":6").contains("\"next\":0");
        for (int pair = 0; pair < TinyStudy.PAIRS; pair++) {
            assertThat(vote(pair, "left", "tie").body()).contains("\"next\":" + (pair + 1));
        }
        List<Vote> votes = study.votes().votes();
        assertThat(votes).hasSize(TinyStudy.PAIRS).allMatch(vote -> vote.answer("quality") == Answer.LEFT);
        assertThat(votes.stream().map(Vote::pair)).allSatisfy(pair -> {
            assertThat(pair.seed()).isEqualTo(7);
            assertThat(pair.left()).isNotEqualTo(pair.right());
        });
        assertThat(study.result().questions().getLast().standings())
                .allSatisfy(standing -> assertThat(standing.rate().ties()).isEqualTo(4));
    }

    @Test
    void thePictureOnASideIsThatOfTheMethodThatAVoteForThisSideCounts() throws Exception {
        for (int pair = 0; pair < TinyStudy.PAIRS; pair++) {
            vote(pair, "tie", "tie");
            Vote vote = study.votes().votes().getLast();
            for (Answer side : List.of(Answer.LEFT, Answer.RIGHT)) {
                byte[] png = study.bytes(RATER + "/pairs/" + pair + "/" + side.word())
                        .body();
                Image picture = Image.decode(Path.of("picture"), png);
                assertThat(picture.rgb()[0] & 0xFF)
                        .isEqualTo(TinyStudy.brightness(vote.pair().method(side))
                                + vote.pair().prompt());
            }
        }
    }

    @Test
    void aVoteCanBeChangedAndIsShownWithItsPair() throws Exception {
        vote(0, "left", "tie");
        assertThat(vote(0, "right", "left").body()).contains("\"next\":1");
        assertThat(study.votes().votes()).hasSize(1);
        assertThat(study.get(RATER + "/pairs/0").body())
                .contains("\"answers\":{\"quality\":\"right\",\"alignment\":\"left\"}");
        assertThat(study.get(RATER + "/pairs/1").body()).contains("\"answers\":{}");
    }

    @Test
    void aServerThatIsStartedAgainContinues() throws Exception {
        vote(0, "left", "tie");
        vote(1, "left", "tie");
        String pair = study.get(RATER + "/pairs/2").body();
        study.close();
        study = TinyStudy.open(folder, ServerOptions.LOCAL);
        assertThat(study.get(RATER).body()).contains("\"next\":2");
        assertThat(study.get(RATER + "/pairs/2").body()).isEqualTo(pair);
    }

    /** Neither text nor headers, nor anything in a picture but its pixels. */
    @Test
    void noResponseTellsWhichMethodDrewAPicture() throws Exception {
        vote(0, "left", "tie");
        List<String> paths = List.of(
                "/",
                "/study",
                RATER,
                RATER + "/pairs/0",
                RATER + "/pairs/1",
                RATER + "/pairs/99",
                RATER + "/pairs/0/left",
                RATER + "/pairs/0/right",
                RATER + "/pairs/0/tie",
                "/page/study.js",
                "/votes.jsonl",
                "/metrics");
        for (String path : paths) {
            HttpResponse<byte[]> response = study.bytes(path);
            String said = new String(response.body(), StandardCharsets.ISO_8859_1) + response.headers();
            for (StudyMethod method : TinyStudy.STUDY.methods()) {
                assertThat(said).as(path).doesNotContain(method.name(), method.fingerprint());
            }
        }
        HttpResponse<byte[]> left = study.bytes(RATER + "/pairs/0/left");
        HttpResponse<byte[]> right = study.bytes(RATER + "/pairs/0/right");
        assertThat(chunks(left.body())).containsExactly("IHDR", "IDAT", "IEND");
        assertThat(names(left.headers())).isEqualTo(names(right.headers()));
        assertThat(left.headers().firstValue("Cache-Control")).hasValue("no-store");
    }

    @Test
    void aPictureThatCannotBeReadDoesNotNameItsFile() throws Exception {
        study.close();
        study = TinyStudy.open(
                folder,
                (prompt, seed, method) -> {
                    throw new InvalidFileException(Path.of("out", method, "0.png"), "is broken");
                },
                ServerOptions.LOCAL);
        HttpResponse<String> response = study.get(RATER + "/pairs/0/left");
        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body())
                .contains("a picture of this pair cannot be read")
                .doesNotContain("method");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | request: answers.quality is missing",
                "{\"answers\": 1} | request: answers must be an object, not 1",
                "{\"answers\": {\"quality\": \"left\"}} | request: answers.alignment is missing",
                "{\"answers\": {\"quality\": \"LEFT\", \"alignment\": \"tie\"}} | answers.quality must be left",
                "{\"answers\": {\"quality\": 1, \"alignment\": \"tie\"}} | answers.quality must be a string, not 1",
                "{\"answers\": {\"quality\": \"left\", \"alignment\": \"tie\", \"x\": \"tie\"}} | answers.x is unknown",
                "{\"answers\": {\"quality\": \"left\", \"alignment\": \"tie\"}, \"time\": 1} | time is unknown",
                "{\"answers\": {\"quality\": \"left\", \"alignment\": \"tie\"}, \"name\": \"<b>\"} | a name has",
                "{\"answers\": {\"quality\": \"left\", \"alignment\": \"tie\"}, \"name\": \"=1+1\"} | a name has",
                "[] | is not a JSON object",
                "{ | is not valid JSON"
            })
    void anInvalidVoteIsRefusedAndNotKept(String body, String message) throws Exception {
        HttpResponse<String> response = study.post(RATER + "/pairs/0", body);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains(message);
        assertThat(study.votes().votes()).isEmpty();
    }

    @Test
    void aPairThatComesLaterCannotBeAnsweredYet() throws Exception {
        HttpResponse<String> response = vote(3, "left", "tie");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("pair 3 comes later: pair 0 is next");
    }

    @Test
    void withATokenOnlyThePageIsOpen() throws Exception {
        study.close();
        study = TinyStudy.open(folder, ServerOptions.LOCAL.withToken("a-token-of-twenty-four-c"));
        assertThat(study.get("/").statusCode()).isEqualTo(200);
        for (String path : List.of("/study", RATER, RATER + "/pairs/0", RATER + "/pairs/0/left")) {
            assertThat(study.get(path).statusCode()).as(path).isEqualTo(401);
        }
        assertThat(vote(0, "left", "tie").statusCode()).isEqualTo(401);
    }

    private HttpResponse<String> vote(int pair, String quality, String alignment)
            throws IOException, InterruptedException {
        return study.post(
                RATER + "/pairs/" + pair,
                "{\"name\": \"Ann\", \"answers\": {\"quality\": \"%s\", \"alignment\": \"%s\"}}"
                        .formatted(quality, alignment));
    }

    private static List<String> names(HttpHeaders headers) {
        return headers.map().keySet().stream().sorted().toList();
    }

    private static List<String> chunks(byte[] png) {
        ByteBuffer rest = ByteBuffer.wrap(png, 8, png.length - 8);
        List<String> types = new ArrayList<>();
        while (rest.hasRemaining()) {
            int length = rest.getInt();
            byte[] type = new byte[4];
            rest.get(type);
            types.add(new String(type, StandardCharsets.US_ASCII));
            rest.position(rest.position() + length + 4);
        }
        return types;
    }
}
