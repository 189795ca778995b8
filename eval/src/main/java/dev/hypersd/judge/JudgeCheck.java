package dev.hypersd.judge;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.Nearest;
import dev.hypersd.judge.feature.FeatureNetwork;
import dev.hypersd.judge.reward.ScoreJudge;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A check of a folder of judges: which of them can be used, what is wrong with the others, and which published files
 * are needed for those that are missing. Each judge is opened by itself and closed again.
 */
public record JudgeCheck(List<Finding> findings) {
    /** The state of a judge. */
    public enum State {
        /** It has been opened. */
        USABLE,
        /** Its files cannot be opened. */
        BROKEN,
        /** It has no folder. */
        MISSING,
        /** The name of the folder is not that of a judge. */
        UNKNOWN
    }

    /**
     * One line of the check.
     *
     * @param name the name of the folder
     * @param text a description of the judge, of what is wrong with it, or of the files that are needed
     */
    public record Finding(String name, State state, String text) {}

    public JudgeCheck {
        findings = List.copyOf(findings);
    }

    /**
     * Checks a folder.
     *
     * @throws InvalidFileException if it cannot be listed
     */
    public static JudgeCheck of(JudgeFolder folder) {
        List<Finding> findings = new ArrayList<>();
        folder.features()
                .forEach(kind -> findings.add(opened(kind.key(), kind.judge(), arena -> {
                    FeatureNetwork network = folder.open(kind, arena);
                    return described(network.network(), network.preparation(), folder.fingerprint(kind));
                })));
        folder.scores()
                .forEach(score -> findings.add(opened(score.key(), score.kind().judge(), arena -> {
                    ScoreJudge judge = folder.open(score, arena);
                    return score.title() + ": "
                            + described(judge.network(), judge.preparation(), folder.fingerprint(score));
                })));
        if (folder.has(Judge.SEGMENTATION)) {
            findings.add(opened(Judge.SEGMENTATION.folder(), Judge.SEGMENTATION, arena -> {
                folder.segmentation(arena);
                return "segmenter, which is used in training and not in evaluations";
            }));
        }
        List<String> there = findings.stream().map(Finding::name).toList();
        for (Judge judge : Judge.values()) {
            PublishedFiles.of(judge)
                    .filter(_ -> !there.contains(judge.folder()))
                    .ifPresent(files -> findings.add(new Finding(judge.folder(), State.MISSING, "takes " + files)));
        }
        names(folder.path()).stream()
                .filter(name -> !there.contains(name))
                .forEach(name -> findings.add(new Finding(name, State.UNKNOWN, unknown(name))));
        return new JudgeCheck(findings);
    }

    private static String described(String network, String preparation, String fingerprint) {
        return "%s, %s, fingerprint %s".formatted(network, preparation, fingerprint);
    }

    private static Finding opened(String name, Judge judge, Function<TensorArena, String> open) {
        return Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                return new Finding(name, State.USABLE, open.apply(arena));
            } catch (HyperSdException e) {
                Optional<String> files = PublishedFiles.of(judge);
                return new Finding(
                        name,
                        State.BROKEN,
                        files.map(text -> "%s; it takes %s".formatted(e.getMessage(), text))
                                .orElse(String.valueOf(e.getMessage())));
            }
        });
    }

    private static String unknown(String name) {
        return "is not the name of a judge; did you mean %s?"
                .formatted(Nearest.of(
                        name, Arrays.stream(Judge.values()).map(Judge::folder).toList()));
    }

    private static List<String> names(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new InvalidFileException(folder, "is not a folder");
        }
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.filter(Files::isDirectory)
                    .map(path -> String.valueOf(path.getFileName()))
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new InvalidFileException(folder, "cannot be listed: " + e.getMessage(), e);
        }
    }

    /** Returns whether there is a judge, every judge in the folder can be used, and all {@code required} are there. */
    public boolean passes(List<String> required) {
        List<String> usable = findings.stream()
                .filter(finding -> finding.state == State.USABLE)
                .map(Finding::name)
                .toList();
        return !usable.isEmpty()
                && usable.containsAll(required)
                && findings.stream()
                        .allMatch(finding -> finding.state == State.USABLE || finding.state == State.MISSING);
    }
}
