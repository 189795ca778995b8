package dev.hypersd.study;

import dev.hypersd.file.Draft;
import dev.hypersd.json.Json;
import dev.hypersd.study.StudyResult.Contest;
import dev.hypersd.study.StudyResult.QuestionResult;
import dev.hypersd.study.StudyResult.Standing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The report on a study, for people and for programs.
 *
 * @param result the result of the study
 */
public record StudyReport(StudyResult result) {
    private static final String MEANINGS = """
        *Preferred* is the share of votes for a method, where a tie counts as half a vote, with its 95% interval
        (Wilson's, wider where votes on the same prompt resemble each other). *Score* is the score of the method
        in Bradley and Terry's model with Davidson's ties, on a logarithmic scale whose mean is 0, with its 95%
        interval. The intervals describe these raters; other people may judge differently.
        """;

    /** A rater and the number of votes. */
    private record Turnout(Rater rater, int votes) {}

    /** Writes {@code summary.md}, {@code summary.json} and {@code results.csv} into {@code folder}. */
    public void write(Path folder) {
        Draft.write(folder.resolve("summary.md"), markdown());
        Draft.write(folder.resolve("summary.json"), json());
        Draft.write(folder.resolve("results.csv"), VoteTable.csv(result.study(), result.votes()));
    }

    /** Returns the tables in Markdown. */
    public String markdown() {
        List<Turnout> raters = turnouts();
        long pairs = result.votes().stream()
                .map(vote -> vote.pair().sorted())
                .distinct()
                .count();
        List<String> lines = new ArrayList<>(List.of("%d votes by %d raters, on %d of %d pairs of pictures."
                .formatted(
                        result.votes().size(),
                        raters.size(),
                        pairs,
                        result.study().pairs())));
        for (QuestionResult question : result.questions()) {
            lines.addAll(List.of("", "## " + question.question().text(), ""));
            lines.add(row("method", "votes", "wins", "ties", "losses", "preferred", "score"));
            lines.add("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
            question.standings().forEach(standing -> lines.add(row(standing)));
            lines.addAll(List.of("", row("pair", "votes", "first", "neither", "second", "first preferred")));
            lines.add("| --- | ---: | ---: | ---: | ---: | ---: |");
            question.contests().forEach(contest -> lines.add(row(contest)));
        }
        lines.addAll(List.of("", row("rater", "votes"), "| --- | ---: |"));
        raters.forEach(turnout -> lines.add(row(turnout.rater().label(), turnout.votes())));
        lines.add("");
        lines.addAll(MEANINGS.lines().toList());
        warnings().forEach(warning -> lines.addAll(List.of("", "Warning: " + warning + ".")));
        return lines.stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    private static String row(Standing standing) {
        WinRate rate = standing.rate();
        return row(
                standing.method(),
                rate.votes(),
                rate.wins(),
                rate.ties(),
                rate.losses(),
                percent(rate),
                number(
                        "%.2f (%.2f to %.2f)",
                        standing.score().value(), standing.score().interval(), 1));
    }

    private static String row(Contest contest) {
        WinRate rate = contest.rate();
        return row(
                contest.one() + " / " + contest.other(),
                rate.votes(),
                rate.wins(),
                rate.ties(),
                rate.losses(),
                percent(rate));
    }

    private static String percent(WinRate rate) {
        return rate.votes() == 0 ? "" : number("%.1f%% (%.1f to %.1f)", rate.rate(), rate.interval(), 100);
    }

    private static String number(String format, double value, Interval interval, double unit) {
        return String.format(Locale.ROOT, format, unit * value, unit * interval.low(), unit * interval.high());
    }

    private static String row(Object... cells) {
        return Stream.of(cells)
                .map(cell -> String.valueOf(cell).replace("|", "\\|").replaceAll("\\s+", " "))
                .collect(Collectors.joining(" | ", "| ", " |"));
    }

    private List<Turnout> turnouts() {
        Map<String, Turnout> turnouts = new LinkedHashMap<>();
        for (Vote vote : result.votes()) {
            turnouts.merge(
                    vote.rater().id(),
                    new Turnout(vote.rater(), 1),
                    (before, now) -> new Turnout(now.rater(), before.votes() + 1));
        }
        return List.copyOf(turnouts.values());
    }

    private List<String> warnings() {
        List<Contest> contests = result.questions().getFirst().contests();
        long without =
                contests.stream().filter(contest -> contest.rate().votes() == 0).count();
        return without == 0
                ? List.of()
                : List.of("%d of %d pairs of methods have no votes yet".formatted(without, contests.size()));
    }

    /** Returns the report as JSON. */
    public String json() {
        ObjectNode root = Json.MAPPER.createObjectNode();
        root.put("votes", result.votes().size());
        root.put("pairs", result.study().pairs());
        ArrayNode raters = root.putArray("raters");
        turnouts()
                .forEach(turnout -> raters.addObject()
                        .put("id", turnout.rater().id())
                        .put("name", turnout.rater().name())
                        .put("votes", turnout.votes()));
        ArrayNode questions = root.putArray("questions");
        result.questions().forEach(question -> add(question, questions.addObject()));
        warnings().forEach(root.putArray("warnings")::add);
        return Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }

    private static void add(QuestionResult result, ObjectNode node) {
        node.put("name", result.question().name()).put("text", result.question().text());
        ArrayNode methods = node.putArray("methods");
        for (Standing standing : result.standings()) {
            ObjectNode method = methods.addObject().put("name", standing.method());
            add(standing.rate(), method);
            method.put("score", standing.score().value());
            add(standing.score().interval(), method.putArray("score_interval"));
        }
        ArrayNode contests = node.putArray("pairs");
        for (Contest contest : result.contests()) {
            add(contest.rate(), contests.addObject().put("first", contest.one()).put("second", contest.other()));
        }
    }

    /** Adds the counts, and the rate if there are votes. */
    private static void add(WinRate rate, ObjectNode node) {
        node.put("wins", rate.wins()).put("ties", rate.ties()).put("losses", rate.losses());
        if (rate.votes() > 0) {
            node.put("preferred", rate.rate());
            add(rate.interval(), node.putArray("preferred_interval"));
        }
    }

    private static void add(Interval interval, ArrayNode node) {
        node.add(interval.low()).add(interval.high());
    }
}
