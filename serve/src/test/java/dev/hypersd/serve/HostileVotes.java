package dev.hypersd.serve;

import static dev.hypersd.serve.HostileRequest.HOST;
import static dev.hypersd.serve.HostileRequest.getting;
import static dev.hypersd.serve.HostileRequest.posting;
import static dev.hypersd.serve.HostileRequest.sized;

import java.util.stream.Stream;

/** Hostile requests to the server of a preference study. */
final class HostileVotes {
    private static final String ID = "0123456789abcdef0123456789abcdef";
    private static final String RATER = "/study/raters/" + ID;
    private static final String PAIR = RATER + "/pairs/0";
    private static final String NOT_FOUND = "\"there is nothing at this address\"";

    private HostileVotes() {}

    static Stream<HostileRequest> all() {
        return Stream.of(addresses(), votes(), foreign()).flatMap(list -> list);
    }

    private static Stream<HostileRequest> addresses() {
        String noId = "the id of a rater has 32 hexadecimal digits in small letters";
        String noNumber = "there is no pair of this number: there are 0 to 5";
        return Stream.of(
                getting("/study/raters/x", 400, noId),
                getting("/study/raters/" + "a".repeat(33), 400, noId),
                getting("/study/raters/..%2f..%2fetc%2fpasswd", 400, noId),
                getting("/study/raters/%1b%5b2J", 400, noId),
                getting("/study/raters/" + ID.replace('a', 'A'), 400, noId),
                getting(RATER + "/pairs/6", 404, noNumber),
                getting(RATER + "/pairs/-1", 404, noNumber),
                getting(RATER + "/pairs/1e0", 404, noNumber),
                getting(RATER + "/pairs/%d9%a1", 404, noNumber),
                getting(RATER + "/pairs/99999999999999999999", 404, noNumber),
                getting(RATER + "/pairs/0/tie", 404, NOT_FOUND),
                getting(RATER + "/pairs/0/..%2f..%2fvotes.jsonl", 404, NOT_FOUND),
                getting("/page/main.js", 404, NOT_FOUND),
                getting("/page/..%2fvotes.jsonl", 404, NOT_FOUND),
                getting("/v1/models", 404, NOT_FOUND));
    }

    private static Stream<HostileRequest> votes() {
        String answers = "\"answers\": {\"quality\": \"left\", \"alignment\": \"tie\"}";
        String noName = "a name has at most 40 letters";
        return Stream.of(
                posting("a vote of nothing", PAIR, "{}", 400, "request: answers.quality is missing"),
                posting(
                        "a vote that is a number",
                        PAIR,
                        "{\"answers\": 1}",
                        400,
                        "request: answers must be an object, not 1"),
                posting(
                        "a vote that is NaN",
                        PAIR,
                        "{\"answers\": {\"quality\": NaN, \"alignment\": \"tie\"}}",
                        400,
                        "answers.quality must be"),
                posting(
                        "a vote of half a surrogate pair",
                        PAIR,
                        "{\"answers\": {\"quality\": \"\\ud800\", \"alignment\": \"tie\"}}",
                        400,
                        "answers.quality must be left"),
                posting("a vote twice", PAIR, "{" + answers + ", " + answers + "}", 400, "duplicate key"),
                posting(
                        "a question of half a surrogate pair",
                        PAIR,
                        "{\"answers\": {\"quality\": \"left\", \"alignment\": \"tie\", \"\\ud800\": 1}}",
                        400,
                        "is not valid JSON"),
                posting("a name with a line break", PAIR, "{" + answers + ", \"name\": \"Ann\\n\"}", 400, noName),
                posting(
                        "a name of 100,000 letters",
                        PAIR,
                        "{" + answers + ", \"name\": \"" + "a".repeat(100_000) + "\"}",
                        400,
                        noName),
                posting("a name that is a formula", PAIR, "{" + answers + ", \"name\": \"=1+1\"}", 400, noName),
                posting(
                        "a name of half a surrogate pair",
                        PAIR,
                        "{" + answers + ", \"name\": \"A\\ud800\"}",
                        400,
                        noName),
                posting(
                        "a vote on a pair that comes later",
                        RATER + "/pairs/3",
                        "{" + answers + "}",
                        400,
                        "pair 3 comes later: pair 0 is next"));
    }

    private static Stream<HostileRequest> foreign() {
        String post = "POST " + PAIR + " HTTP/1.1\r\n" + HOST;
        return Stream.of(
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
                        "the study under a name that was rebound to this address",
                        "GET /study HTTP/1.1\r\nHost: evil.example\r\n\r\n",
                        403,
                        "foreign_host"),
                new HostileRequest(
                        "a vote of 1 GB by its header",
                        post + "Content-Type: application/json\r\nContent-Length: 999999999\r\n\r\n",
                        413,
                        "request_too_large"),
                new HostileRequest(
                        "DELETE of a pair",
                        "DELETE " + PAIR + " HTTP/1.1\r\n" + HOST + "\r\n",
                        405,
                        "this address does not accept this method"),
                new HostileRequest(
                        "an upgrade of a study to WebSocket",
                        "GET /study HTTP/1.1\r\n" + HOST
                                + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                        404,
                        NOT_FOUND));
    }
}
