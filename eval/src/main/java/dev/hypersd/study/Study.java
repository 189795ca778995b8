package dev.hypersd.study;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.file.Fingerprint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A preference study: the pictures that people compare, and the questions that they answer.
 *
 * @param methods the methods, at least two, with different names
 * @param prompts the prompts, at least one
 * @param seeds the seeds from which each prompt is drawn, at least one
 * @param baseline the method with which each other one is compared; if empty, each is compared with each other one
 * @param questions the questions about each pair, at least one
 * @param ties whether a rater may answer that neither picture is better
 * @param pairsPerRater the greatest number of pairs that a rater is asked about; empty for all pairs
 */
public record Study(
        List<StudyMethod> methods,
        List<String> prompts,
        List<Long> seeds,
        Optional<String> baseline,
        List<Question> questions,
        boolean ties,
        OptionalInt pairsPerRater) {
    private static final long MOST_PAIRS = 1_000_000;

    /** Two methods that are compared with each other, by their names. */
    record Matchup(String one, String other) {}

    public Study {
        methods = List.copyOf(methods);
        prompts = List.copyOf(prompts);
        seeds = List.copyOf(seeds);
        questions = List.copyOf(questions);
        if (methods.size() < 2) {
            throw new InvalidRequestException(
                    "a study needs two methods at least, not %d; a method in two numbers of steps counts as two"
                            .formatted(methods.size()));
        }
        if (prompts.isEmpty() || seeds.isEmpty() || questions.isEmpty()) {
            throw new InvalidRequestException(
                    "a study needs a prompt, a seed and a question at least, not %d, %d and %d"
                            .formatted(prompts.size(), seeds.size(), questions.size()));
        }
        if (baseline.isPresent() && !names(methods).contains(baseline.get())) {
            throw new InvalidRequestException(
                    "the baseline of a study is one of its methods, not \"%s\"".formatted(baseline.get()));
        }
        refuseRepeated("method", methods, StudyMethod::name);
        refuseRepeated("seed", seeds, seed -> seed);
        refuseRepeated("question", questions, Question::name);
        long pairs = (long) methods.size() * methods.size() * prompts.size() * seeds.size();
        if (pairs > 2 * MOST_PAIRS) {
            throw new InvalidRequestException(
                    "a study of %d methods, %d prompts and %d seeds has more pairs than anybody judges; name fewer"
                            .formatted(methods.size(), prompts.size(), seeds.size()));
        }
        if (pairsPerRater.orElse(1) < 1) {
            throw new InvalidRequestException(
                    "a rater is asked about one pair at least, not " + pairsPerRater.getAsInt());
        }
    }

    private static <T> void refuseRepeated(String kind, List<T> all, Function<T, Object> name) {
        HashSet<Object> names = new HashSet<>();
        for (T one : all) {
            if (!names.add(name.apply(one))) {
                throw new InvalidRequestException(
                        "a study has the %s \"%s\" twice; each must be another".formatted(kind, name.apply(one)));
            }
        }
    }

    /**
     * Returns the number of pairs of pictures: one for each matchup, prompt and seed.
     */
    public int pairs() {
        return matchups().size() * prompts.size() * seeds.size();
    }

    /** Returns the number of pairs that a rater is asked about. */
    public int pairsOfRater() {
        return Math.min(pairs(), pairsPerRater.orElse(Integer.MAX_VALUE));
    }

    /** Returns the pairs of methods that are compared, in the order of the methods. */
    List<Matchup> matchups() {
        List<String> names = names(methods);
        List<Matchup> matchups = new ArrayList<>();
        if (baseline.isPresent()) {
            names.stream()
                    .filter(name -> !name.equals(baseline.get()))
                    .forEach(name -> matchups.add(new Matchup(baseline.get(), name)));
            return matchups;
        }
        for (int i = 0; i < names.size(); i++) {
            for (int j = i + 1; j < names.size(); j++) {
                matchups.add(new Matchup(names.get(i), names.get(j)));
            }
        }
        return matchups;
    }

    /** Returns whether {@code pair} belongs to this study, with its sides as they are or exchanged. */
    boolean has(Pair pair) {
        return pair.prompt() >= 0
                && pair.prompt() < prompts.size()
                && seeds.contains(pair.seed())
                && (matchups().contains(new Matchup(pair.left(), pair.right()))
                        || matchups().contains(new Matchup(pair.right(), pair.left())));
    }

    /** Returns a hash of everything that votes depend on, in 16 digits: of all but {@link #pairsPerRater}. */
    public String fingerprint() {
        Study lasting = new Study(methods, prompts, seeds, baseline, questions, ties, OptionalInt.empty());
        return new Fingerprint().add(StudyJson.write(lasting)).digits(16);
    }

    /**
     * Returns a phrase that names a difference between this study and {@code now}; empty if votes on one are votes on
     * the other.
     */
    Optional<String> difference(Study now) {
        return differenceOf("methods", names(methods), names(now.methods))
                .or(() -> differenceOf("prompts", prompts, now.prompts))
                .or(() -> differenceOf("seeds", seeds, now.seeds))
                .or(() -> IntStream.range(0, methods.size())
                        .filter(i -> !methods.get(i).equals(now.methods.get(i)))
                        .mapToObj(i -> "\"%s\" drew other pictures then: its settings or its files have changed"
                                .formatted(methods.get(i).name()))
                        .findFirst())
                .or(() -> differenceOf(
                        "baseline",
                        baseline.stream().toList(),
                        now.baseline.stream().toList()))
                .or(() -> differenceOf("questions", questions, now.questions))
                .or(() -> differenceOf("ties", List.of(ties), List.of(now.ties)));
    }

    private static List<String> names(List<StudyMethod> methods) {
        return methods.stream().map(StudyMethod::name).toList();
    }

    private static Optional<String> differenceOf(String what, List<?> then, List<?> now) {
        if (then.size() != now.size()) {
            return Optional.of("it had %d %s and has %d now".formatted(then.size(), what, now.size()));
        }
        return IntStream.range(0, then.size())
                .filter(i -> !then.get(i).equals(now.get(i)))
                .mapToObj(i ->
                        "number %d of its %s was %s and is %s now".formatted(i + 1, what, said(then, i), said(now, i)))
                .findFirst();
    }

    private static String said(List<?> list, int i) {
        return switch (list.get(i)) {
            case String text -> "\"" + text + "\"";
            case Question question -> "%s (\"%s\")".formatted(question.name(), question.text());
            case Object other -> String.valueOf(other).toLowerCase(Locale.ROOT);
        };
    }
}
