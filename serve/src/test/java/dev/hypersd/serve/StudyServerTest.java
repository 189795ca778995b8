package dev.hypersd.serve;

import static dev.hypersd.serve.HostileRequest.sized;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class StudyServerTest {
    private static final String ID = "0123456789abcdef0123456789abcdef";
    private static final String RATER = "/study/raters/" + ID;
    private static final String HOST = "Host: localhost\r\n";

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
    void aVoteThatIsNoneIsRefusedAndNotKept(String body, String message) throws Exception {
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

    static Stream<HostileRequest> hostile() {
        String post = "POST " + RATER + "/pairs/0 HTTP/1.1\r\n" + HOST;
        String noId = "the id of a rater has 32 hexadecimal digits in small letters";
        String noNumber = "there is no pair of this number: there are 0 to 5";
        return Stream.of(
                get("/study/raters/x", 400, noId),
                get("/study/raters/" + "a".repeat(33), 400, noId),
                get("/study/raters/..%2f..%2fetc%2fpasswd", 400, noId),
                get("/study/raters/" + ID.replace('a', 'A'), 400, noId),
                get(RATER + "/pairs/6", 404, noNumber),
                get(RATER + "/pairs/-1", 404, noNumber),
                get(RATER + "/pairs/1e0", 404, noNumber),
                get(RATER + "/pairs/99999999999999999999", 404, noNumber),
                get(RATER + "/pairs/0/tie", 404, "there is nothing at this address"),
                get(RATER + "/pairs/0/..%2f..%2fvotes.jsonl", 404, "there is nothing at this address"),
                get("/page/main.js", 404, "there is nothing at this address"),
                get("/page/..%2fvotes.jsonl", 404, "there is nothing at this address"),
                get("/v1/models", 404, "there is nothing at this address"),
                new HostileRequest(
                        "a vote as a form of another site sends it",
                        post + "Content-Type: text/plain\r\n" + sized("{}"),
                        415,
                        "the body must be JSON"),
                new HostileRequest(
                        "a vote by a page of another site",
                        post + "Origin: https://evil.example\r\nContent-Type: application/json\r\n" + sized("{}"),
                        403,
                        "foreign_origin"),
                new HostileRequest(
                        "a name that was rebound to this address",
                        "GET /study HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                        403,
                        "foreign_host"),
                new HostileRequest(
                        "a body of 1 GB by its header",
                        post + "Content-Type: application/json\r\nContent-Length: 999999999\r\n\r\n",
                        413,
                        "request_too_large"),
                new HostileRequest(
                        "another method",
                        "DELETE " + RATER + "/pairs/0 HTTP/1.1\r\n" + HOST + "\r\n",
                        405,
                        "this address does not accept this method"),
                new HostileRequest(
                        "an upgrade to WebSocket",
                        "GET /study HTTP/1.1\r\n" + HOST
                                + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                        404,
                        "there is nothing at this address"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void aHostileRequestGetsExactlyTheResponseThatItShould(HostileRequest request) throws IOException {
        request.check(study.port());
        assertThat(study.votes().votes()).isEmpty();
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

    private static HostileRequest get(String path, int status, String body) {
        return new HostileRequest(path, "GET " + path + " HTTP/1.1\r\n" + HOST + "\r\n", status, body);
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
