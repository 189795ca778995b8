package dev.hypersd.study;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.file.LineFile;
import dev.hypersd.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The votes of a study in a file of JSON lines, whose first line describes the study. A vote is written to disk before
 * it is confirmed, and a line that was not written completely does not count. If a rater votes again on the same pair,
 * the later vote counts; the earlier one stays in the file. Safe to share between threads.
 */
public final class VoteFile {
    private static final int MOST_RATERS = 1000;

    /** The greatest number of lines of a rater for each pair on average, so that nobody can fill the disk. */
    private static final int MOST_LINES_PER_PAIR = 5;

    private final LineFile file;
    private final Study study;
    private final String fingerprint;

    /** The votes that count, by the rater's id and then by the pair in its sorted form. */
    private final Map<String, Map<Pair, Vote>> votes = new LinkedHashMap<>();

    private final Map<String, Integer> lines = new HashMap<>();

    private VoteFile(LineFile file, Study study) {
        this.file = file;
        this.study = study;
        this.fingerprint = study.fingerprint();
    }

    /**
     * Opens the file, or creates it. In a file without votes, the description of the study is replaced.
     *
     * @throws InvalidRequestException if the file has votes on a study that differs from {@code study}
     * @throws InvalidFileException if it is not a file of votes
     */
    public static VoteFile open(Path path, Study study) {
        LineFile file = new LineFile(path);
        List<String> lines = file.lines();
        Optional<String> difference = lines.isEmpty()
                ? Optional.empty()
                : StudyJson.study(path, lines.getFirst()).difference(study);
        if (lines.size() < 2) {
            make(path.toAbsolutePath().resolveSibling(""));
            file.replace(List.of(StudyJson.write(study)));
            return new VoteFile(file, study);
        }
        if (difference.isPresent()) {
            throw new InvalidRequestException(
                    "%s has %d votes on another study: %s; name another output, or undo the change"
                            .formatted(path, lines.size() - 1, difference.get()));
        }
        return of(file, study, lines);
    }

    private static void make(Path folder) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new HyperSdException(folder + " cannot be made: " + e.getMessage(), e);
        }
    }

    /**
     * Reads the votes so far, on the study that the file describes.
     *
     * @throws InvalidRequestException if nobody has voted
     * @throws InvalidFileException if it is not a file of votes
     */
    public static VoteFile read(Path path) {
        LineFile file = new LineFile(path);
        List<String> lines = file.lines();
        if (lines.size() < 2) {
            throw new InvalidRequestException(path + ": nobody has voted yet");
        }
        return of(file, StudyJson.study(path, lines.getFirst()), lines);
    }

    private static VoteFile of(LineFile file, Study study, List<String> lines) {
        VoteFile votes = new VoteFile(file, study);
        Path path = file.path();
        for (int i = 1; i < lines.size(); i++) {
            Path place = path.resolveSibling("%s, line %d".formatted(path.getFileName(), i + 1));
            votes.keep(StudyJson.vote(place, lines.get(i), study));
        }
        return votes;
    }

    /** Returns the study. */
    public Study study() {
        return study;
    }

    /** Returns the order in which a rater sees the pairs. */
    public RaterOrder order(String rater) {
        return new RaterOrder(study, fingerprint, rater);
    }

    /**
     * Returns the number of the first pair in a rater's order that has no vote; {@link Study#pairsOfRater} if all have
     * one.
     */
    public synchronized int next(String rater) {
        Map<Pair, Vote> own = votes.getOrDefault(rater, Map.of());
        RaterOrder order = order(rater);
        int next = 0;
        while (next < study.pairsOfRater() && own.containsKey(order.pair(next).sorted())) {
            next++;
        }
        return next;
    }

    /**
     * Adds a vote. When this returns, it is on the disk.
     *
     * @throws InvalidRequestException if there are too many raters, or the rater has voted too often
     */
    public synchronized void add(Vote vote) {
        String id = vote.rater().id();
        if (!votes.containsKey(id) && votes.size() >= MOST_RATERS) {
            throw new InvalidRequestException(
                    "%d people take part already, and no more are admitted".formatted(MOST_RATERS));
        }
        if (lines.getOrDefault(id, 0) >= (long) MOST_LINES_PER_PAIR * study.pairsOfRater()) {
            throw new InvalidRequestException("too many answers were changed: no more changes are accepted");
        }
        file.appendToDisk(List.of(StudyJson.write(vote)));
        keep(vote);
    }

    private void keep(Vote vote) {
        String id = vote.rater().id();
        votes.computeIfAbsent(id, rater -> new LinkedHashMap<>())
                .put(vote.pair().sorted(), vote);
        lines.merge(id, 1, Integer::sum);
    }

    /**
     * Returns an answer to each question of the study.
     *
     * @throws InvalidFileException if one is missing, there are others, or one is no answer
     */
    public Map<String, Answer> answers(JsonObject keys) {
        return StudyJson.answers(keys, study);
    }

    /** Returns the vote of a rater that counts for a pair, whichever sides the pictures were on. */
    public synchronized Optional<Vote> vote(String rater, Pair pair) {
        return Optional.ofNullable(votes.getOrDefault(rater, Map.of()).get(pair.sorted()));
    }

    /** Returns all votes that count, rater by rater. */
    public synchronized List<Vote> votes() {
        return votes.values().stream()
                .map(Map::values)
                .flatMap(Collection::stream)
                .toList();
    }
}
