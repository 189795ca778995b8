package dev.hypersd.serve.api;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.image.Png;
import dev.hypersd.json.JsonObject;
import dev.hypersd.serve.error.ApiException;
import dev.hypersd.serve.error.ErrorCode;
import dev.hypersd.study.Answer;
import dev.hypersd.study.Pair;
import dev.hypersd.study.Rater;
import dev.hypersd.study.Study;
import dev.hypersd.study.StudyPictures;
import dev.hypersd.study.Vote;
import dev.hypersd.study.VoteFile;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * {@code /study}: the pairs of a preference study, and the votes on them. A rater's pairs have numbers from 0 in the
 * rater's own order, and are answered in this order; nothing else names a pair or a picture, so that responses do not
 * tell which method drew what. Pictures are encoded anew, without anything that a file may say besides its pixels.
 */
public final class StudyRoutes {
    private static final System.Logger LOG = System.getLogger(StudyRoutes.class.getPackageName());
    private static final String OF_RATER = "/study/raters/{rater}";
    private static final String OF_PAIR = OF_RATER + "/pairs/{number}";

    private final VoteFile votes;
    private final Study study;
    private final StudyPictures pictures;

    /** Unpacked pictures take up memory, so few are at once. */
    private final Semaphore encoding = new Semaphore(Runtime.getRuntime().availableProcessors());

    /** Routes that ask for {@code votes} on {@code pictures}. */
    public StudyRoutes(VoteFile votes, StudyPictures pictures) {
        this.votes = votes;
        this.study = votes.study();
        this.pictures = pictures;
    }

    /** Adds the routes. */
    public void register(RoutesConfig routes) {
        routes.get("/study", this::study);
        routes.get(OF_RATER, context -> sendProgress(context, rater(context)));
        routes.get(OF_PAIR, this::pair);
        routes.post(OF_PAIR, this::vote);
        routes.get(OF_PAIR + "/left", context -> sendPicture(context, Answer.LEFT));
        routes.get(OF_PAIR + "/right", context -> sendPicture(context, Answer.RIGHT));
    }

    private void study(Context context) {
        Responses.json(
                context,
                Map.of(
                        "study",
                        study.fingerprint(),
                        "questions",
                        study.questions().stream()
                                .map(question -> Map.of("name", question.name(), "text", question.text()))
                                .toList(),
                        "ties",
                        study.ties()));
    }

    /** Answers the number of pairs of a rater and the number of the next one; all are answered if both are the same. */
    private void sendProgress(Context context, String rater) {
        Responses.json(context, Map.of("total", study.pairsOfRater(), "next", votes.next(rater)));
    }

    private void pair(Context context) {
        String rater = rater(context);
        Pair pair = votes.order(rater).pair(number(context));
        Map<String, String> answers = new LinkedHashMap<>();
        votes.vote(rater, pair)
                .ifPresent(vote -> vote.answers().forEach((question, answer) -> answers.put(question, answer.word())));
        Responses.json(context, Map.of("prompt", study.prompts().get(pair.prompt()), "answers", answers));
    }

    private void vote(Context context) {
        JsonObject body = RequestBody.json(context);
        Rater rater = new Rater(rater(context), body.string("name", ""));
        int number = number(context);
        int next = votes.next(rater.id());
        if (number > next) {
            throw new ApiException(ErrorCode.MALFORMED, "pair %d comes later: pair %d is next".formatted(number, next));
        }
        Map<String, Answer> answers = votes.answers(body.section("answers"));
        body.refuseUnread();
        votes.add(new Vote(
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                rater,
                votes.order(rater.id()).pair(number),
                answers));
        sendProgress(context, rater.id());
    }

    private void sendPicture(Context context, Answer side) throws InterruptedException {
        Pair pair = votes.order(rater(context)).pair(number(context));
        encoding.acquire();
        try {
            context.contentType("image/png")
                    .result(new Png()
                            .encode(pictures.picture(pair.prompt(), pair.seed(), pair.method(side)), Optional.empty()));
        } catch (HyperSdException e) {
            // The message would name the method's folder.
            LOG.log(System.Logger.Level.ERROR, e.getMessage());
            throw new ApiException(ErrorCode.FAILED, "a picture of this pair cannot be read");
        } finally {
            encoding.release();
        }
    }

    private static String rater(Context context) {
        return new Rater(context.pathParam("rater"), "").id();
    }

    /** The number of the pair, among those that a rater is asked about. */
    private int number(Context context) {
        String text = context.pathParam("number");
        int number = text.matches("\\d{1,7}") ? Integer.parseInt(text) : Integer.MAX_VALUE;
        if (number >= study.pairsOfRater()) {
            throw new ApiException(
                    ErrorCode.NOT_FOUND,
                    "there is no pair of this number: there are 0 to %d".formatted(study.pairsOfRater() - 1));
        }
        return number;
    }
}
