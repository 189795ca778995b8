package dev.hypersd.recipe;

import dev.hypersd.data.BrokenSampleException;
import dev.hypersd.data.Dataset;
import dev.hypersd.data.Origin;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.file.Draft;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.file.LineFile;
import dev.hypersd.training.Objective;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The pictures and captions of a run, each by a hash of its content.
 *
 * @param training the training samples, in their order
 * @param heldOut those on which losses are measured
 */
record DataIdentity(List<String> training, List<String> heldOut) {
    private static final int DIGITS = 16;
    private static final String TRAINING = "training ";
    private static final String HELD_OUT = "held-out ";

    DataIdentity {
        training = List.copyOf(training);
        heldOut = List.copyOf(heldOut);
    }

    /** Returns the samples of an objective; empty if they are scenes that the recipe determines completely. */
    static Optional<DataIdentity> of(Objective<?> objective) {
        return hashes(objective.samples())
                .map(training -> new DataIdentity(
                        training,
                        objective.heldOut().flatMap(DataIdentity::hashes).orElse(List.of())));
    }

    private static Optional<List<String>> hashes(Dataset<?> samples) {
        return samples.origin(0).isEmpty()
                ? Optional.empty()
                : Optional.of(LongStream.range(0, samples.size())
                        .parallel()
                        .mapToObj(number -> hash(samples, number))
                        .toList());
    }

    private static String hash(Dataset<?> samples, long number) {
        Fingerprint fingerprint = new Fingerprint();
        try {
            Origin.Contents contents =
                    samples.origin(number).orElseThrow().contents().get();
            fingerprint.add(contents.picture()).add("\n").add(String.join("\n", contents.captions()));
        } catch (BrokenSampleException e) {
            fingerprint.add("broken");
        }
        return fingerprint.digits(DIGITS);
    }

    /** Returns a hash of all samples. */
    String fingerprint() {
        return new Fingerprint().add(text()).digits(DIGITS);
    }

    private String text() {
        return Stream.concat(
                        training.stream().map(TRAINING::concat),
                        heldOut.stream().map(HELD_OUT::concat))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    void write(Path file) {
        Draft.write(file, text());
    }

    /** Reads what {@link #write} has written; empty if there is no file. */
    static Optional<DataIdentity> read(Path file) {
        List<String> training = new ArrayList<>();
        List<String> heldOut = new ArrayList<>();
        new LineFile(file).lines().forEach(line -> {
            if (line.startsWith(TRAINING)) {
                training.add(line.substring(TRAINING.length()));
            } else if (line.startsWith(HELD_OUT)) {
                heldOut.add(line.substring(HELD_OUT.length()));
            }
        });
        return training.isEmpty() ? Optional.empty() : Optional.of(new DataIdentity(training, heldOut));
    }

    /**
     * Returns what differs from the data with which the run has been training, as a sentence.
     *
     * @param allowed whether more training samples are accepted
     * @throws InvalidRequestException if samples were removed or changed, or others are held out
     */
    String difference(DataIdentity before, boolean allowed) {
        int removed = without(before.training, training);
        int added = without(training, before.training);
        int trained = new HashSet<>(heldOut)
                .stream().filter(Set.copyOf(before.training)::contains).toList().size();
        String sentence = "%d of the %d training samples were removed or changed, and %d are new"
                .formatted(removed, before.training.size(), added);
        if (removed > 0 || trained > 0 || !heldOut.equals(before.heldOut)) {
            throw new InvalidRequestException(
                    ("the run cannot continue with other data, because that would falsify what it has learned: %s; the"
                                    + " held-out samples are %s; restore the data, or name another output")
                            .formatted(sentence, heldOut.equals(before.heldOut) ? "the same" : "others"));
        }
        if (!allowed) {
            throw new InvalidRequestException(
                    ("the run would continue with other data: %s; restore the data, name another output, or accept it"
                                    + " with --allow")
                            .formatted(sentence));
        }
        return sentence;
    }

    private static int without(List<String> samples, List<String> others) {
        Set<String> known = Set.copyOf(new HashSet<>(others));
        return (int) samples.stream().filter(sample -> !known.contains(sample)).count();
    }
}
