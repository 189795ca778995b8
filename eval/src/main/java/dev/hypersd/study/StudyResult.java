package dev.hypersd.study;

import dev.hypersd.study.BradleyTerry.Score;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What a study has found so far.
 *
 * @param study what was asked
 * @param votes the votes that count
 * @param questions the result of each question
 */
public record StudyResult(Study study, List<Vote> votes, List<QuestionResult> questions) {
    /**
     * The result of one question.
     *
     * @param standings of all methods, the highest score first
     * @param contests of each two methods that were shown beside each other
     */
    public record QuestionResult(Question question, List<Standing> standings, List<Contest> contests) {}

    /**
     * How a method did against all others.
     *
     * @param rate how often it was preferred
     * @param score its score by Bradley and Terry's model, which allows for whom it met
     */
    public record Standing(String method, WinRate rate, Score score) {}

    /**
     * How two methods did against each other.
     *
     * @param rate how often {@code one} was preferred
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

    /** Returns the votes on each prompt; those on the same prompt from other seeds are among them. */
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
