package dev.hypersd.study;

import dev.hypersd.study.BradleyTerry.Score;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The result of a study so far.
 *
 * @param study the study
 * @param votes the votes that count
 * @param questions the result of each question
 */
public record StudyResult(Study study, List<Vote> votes, List<QuestionResult> questions) {
    /**
     * The result of one question.
     *
     * @param standings the standings of all methods, the highest score first
     * @param contests the contests of each two methods that were compared
     */
    public record QuestionResult(Question question, List<Standing> standings, List<Contest> contests) {}

    /**
     * The result of a method against all others together.
     *
     * @param rate the share of votes for it
     * @param score its score in Bradley and Terry's model, which takes the strengths of the other methods into account
     */
    public record Standing(String method, WinRate rate, Score score) {}

    /**
     * The result of two methods against each other.
     *
     * @param rate the share of votes for {@code one}
     */
    public record Contest(String one, String other, WinRate rate) {}

    public StudyResult {
        votes = List.copyOf(votes);
        questions = List.copyOf(questions);
    }

    /** Returns the result of all votes of a file. */
    public static StudyResult of(VoteFile file) {
        return of(file.study(), file.votes());
    }

    static StudyResult of(Study study, List<Vote> votes) {
        return new StudyResult(
                study,
                votes,
                study.questions().stream()
                        .map(question -> of(study, votes, question))
                        .toList());
    }

    private static QuestionResult of(Study study, List<Vote> votes, Question question) {
        List<String> methods = study.methods().stream().map(StudyMethod::name).toList();
        List<PairCounts> prompts = counts(methods, votes, question);
        List<Score> scores = BradleyTerry.fit(prompts, methods.size(), study.ties());
        List<Standing> standings = new ArrayList<>(IntStream.range(0, methods.size())
                .mapToObj(i -> new Standing(methods.get(i), WinRate.of(prompts, i), scores.get(i)))
                .toList());
        standings.sort(Comparator.comparingDouble(standing -> -standing.score().value()));
        List<Contest> contests = study.matchups().stream()
                .map(matchup -> new Contest(
                        matchup.one(),
                        matchup.other(),
                        WinRate.of(prompts, methods.indexOf(matchup.one()), methods.indexOf(matchup.other()))))
                .toList();
        return new QuestionResult(question, standings, contests);
    }

    /** Returns the counts of votes on each prompt, from all of its seeds together. */
    private static List<PairCounts> counts(List<String> methods, List<Vote> votes, Question question) {
        Map<Integer, PairCounts> prompts = new TreeMap<>();
        for (Vote vote : votes) {
            PairCounts counts = prompts.computeIfAbsent(vote.pair().prompt(), prompt -> new PairCounts(methods.size()));
            int left = methods.indexOf(vote.pair().left());
            int right = methods.indexOf(vote.pair().right());
            switch (vote.answer(question.name())) {
                case LEFT -> counts.addWin(left, right);
                case RIGHT -> counts.addWin(right, left);
                case TIE -> counts.addTie(left, right);
            }
        }
        return List.copyOf(prompts.values());
    }
}
