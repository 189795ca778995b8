package dev.hypersd.study;

import dev.hypersd.request.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The votes as comma-separated values (RFC 4180), for spreadsheets and statistics programs. */
final class VoteTable {
    /** The characters with which a formula of a spreadsheet begins. */
    private static final String FORMULA = "=+-@\t\r";

    private VoteTable() {}

    /**
     * Returns a row for each vote, with two columns for each question: the answer, and the method that was preferred,
     * which is empty for a tie. A text that a spreadsheet would take for a formula has an apostrophe before it.
     */
    static String csv(Study study, List<Vote> votes) {
        List<String> titles =
                new ArrayList<>(List.of("time", "rater", "name", "prompt", "prompt_text", "seed", "left", "right"));
        for (Question question : study.questions()) {
            titles.add(question.name());
            titles.add(question.name() + "_preferred");
        }
        StringBuilder table = new StringBuilder(line(titles));
        votes.forEach(vote -> table.append(line(cells(study, vote))));
        return table.toString();
    }

    private static List<String> cells(Study study, Vote vote) {
        Pair pair = vote.pair();
        List<String> cells = new ArrayList<>(List.of(
                vote.time().toString(),
                vote.rater().id(),
                text(vote.rater().name()),
                Integer.toString(pair.prompt()),
                text(study.prompts().get(pair.prompt())),
                Seeds.text(pair.seed()),
                text(pair.left()),
                text(pair.right())));
        for (Question question : study.questions()) {
            Answer answer = vote.answer(question.name());
            cells.add(answer.word());
            cells.add(answer == Answer.TIE ? "" : text(pair.method(answer)));
        }
        return cells;
    }

    private static String text(String text) {
        return !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    }

    private static String line(List<String> cells) {
        return cells.stream()
                .map(cell -> cell.matches("[^\",\r\n]*") ? cell : "\"" + cell.replace("\"", "\"\"") + "\"")
                .collect(Collectors.joining(",", "", "\r\n"));
    }
}
