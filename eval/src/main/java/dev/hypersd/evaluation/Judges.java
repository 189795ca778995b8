package dev.hypersd.evaluation;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.image.Image;
import dev.hypersd.judge.FeatureKind;
import dev.hypersd.judge.JudgeFolder;
import dev.hypersd.judge.Score;
import dev.hypersd.judge.detection.SceneReader;
import dev.hypersd.judge.feature.FeatureNetwork;
import dev.hypersd.judge.reward.ScoreJudge;
import dev.hypersd.metric.AttributeCheck;
import dev.hypersd.metric.AttributeCheck.Outcome;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/** The judges of a folder, as many as there are. Pictures are judged independently of each other. */
public final class Judges implements AutoCloseable {
    private final TensorArena arena;
    private final Map<Score, ScoreJudge> scorers;
    private final Map<FeatureKind, FeatureNetwork> networks = new EnumMap<>(FeatureKind.class);
    private final SequencedMap<String, String> fingerprints = new LinkedHashMap<>();
    private final SequencedMap<String, String> preparations = new LinkedHashMap<>();
    private final String fingerprint;

    private Judges(JudgeFolder folder, List<FeatureKind> kinds, TensorArena arena) {
        this.arena = arena;
        List<Score> scores = folder.scores();
        if (kinds.isEmpty() && scores.isEmpty()) {
            throw new InvalidFileException(
                    folder.path(), "has no judges; each is in a folder of its name, such as clip or attributes");
        }
        kinds.forEach(kind -> {
            networks.put(kind, folder.open(kind, arena));
            fingerprints.put(kind.key(), folder.fingerprint(kind));
        });
        this.scorers = folder.open(scores, arena);
        scores.forEach(score -> fingerprints.put(score.key(), folder.fingerprint(score)));
        networks.forEach((kind, judge) ->
                preparations.put(kind.key(), "%s, %s".formatted(judge.network(), judge.preparation())));
        scorers.forEach((score, judge) ->
                preparations.put(score.key(), "%s, %s".formatted(judge.network(), judge.preparation())));
        this.fingerprint = kinds.equals(folder.features())
                ? folder.fingerprint()
                : new Fingerprint()
                        .add(folder.fingerprint())
                        .add(kinds.toString())
                        .digits();
    }

    /**
     * Opens the judges of {@code folder}.
     *
     * @throws InvalidFileException if there are none, an aesthetic head is without its CLIP, or a file is broken
     */
    public static Judges open(Path folder) {
        return open(folder, new JudgeFolder(folder).features());
    }

    /**
     * Opens the judges of {@code folder}, with features of the given kinds only.
     *
     * @throws InvalidFileException as {@link #open(Path)}, or if a kind has no judge
     */
    public static Judges open(Path folder, List<FeatureKind> features) {
        TensorArena arena = new TensorArena();
        try {
            return new Judges(new JudgeFolder(folder), features, arena);
        } catch (RuntimeException e) {
            close(arena);
            throw e;
        }
    }

    /** Returns the fingerprint of the files of all judges. */
    String fingerprint() {
        return fingerprint;
    }

    /** Returns the fingerprints of the files of each judge, by the name of its folder. */
    public SequencedMap<String, String> fingerprints() {
        return fingerprints;
    }

    /** Returns what each judge is and how pictures are prepared for it, by the name of its folder. */
    public SequencedMap<String, String> preparations() {
        return preparations;
    }

    /** Returns the features that distances can be measured on. */
    List<FeatureKind> features() {
        return List.copyOf(networks.keySet());
    }

    /** Returns the features of {@code kind} of each picture. */
    List<float[]> features(FeatureKind kind, List<Image> images) {
        return Optional.ofNullable(networks.get(kind)).orElseThrow().features(images);
    }

    /**
     * Judges pictures of the prompts of {@code batch}, in the same order.
     *
     * @param images of any sizes
     * @param milliseconds the time of drawing each picture, if they were drawn
     */
    List<Judgement> judge(List<Image> images, PromptBatch batch, OptionalDouble milliseconds) {
        List<String> texts = batch.prompts().stream().map(TestPrompt::text).toList();
        Map<Score, List<Double>> scores = new LinkedHashMap<>();
        scorers.forEach((score, judge) -> scores.put(score, judge.scores(images, texts)));
        Map<FeatureKind, List<float[]>> features = new EnumMap<>(FeatureKind.class);
        networks.forEach((kind, network) -> features.put(kind, network.features(images)));
        List<Judgement> judgements = new ArrayList<>();
        for (int i = 0; i < images.size(); i++) {
            judgements.add(new Judgement(
                    batch.picture(i),
                    outcomes(batch.prompts().get(i), images.get(i)),
                    at(i, scores),
                    at(i, features),
                    OptionalDouble.empty(),
                    milliseconds));
        }
        return judgements;
    }

    private static <K, V> Map<K, V> at(int index, Map<K, List<V>> lists) {
        Map<K, V> one = new LinkedHashMap<>();
        lists.forEach((key, values) -> one.put(key, values.get(index)));
        return one;
    }

    /**
     * Returns whether the picture shows each attribute of its scene; empty for prompts that are not captions of scenes.
     */
    private List<Outcome> outcomes(TestPrompt prompt, Image image) {
        return networks.get(FeatureKind.ATTRIBUTES) instanceof SceneReader reader
                ? prompt.scene()
                        .map(scene -> AttributeCheck.of(scene.attributes(), reader.read(image)))
                        .orElse(List.of())
                : List.of();
    }

    @Override
    public void close() {
        close(arena);
    }

    private static void close(TensorArena arena) {
        Engine.call(() -> {
            arena.close();
            return arena;
        });
    }
}
