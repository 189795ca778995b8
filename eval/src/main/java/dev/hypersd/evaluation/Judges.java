package dev.hypersd.evaluation;

import dev.hypersd.image.Image;
import dev.hypersd.judge.JudgeFolder;
import dev.hypersd.judge.Score;
import dev.hypersd.judge.detection.AttributeDecoder;
import dev.hypersd.judge.detection.AttributeReader;
import dev.hypersd.judge.detection.Detections;
import dev.hypersd.judge.reward.ScoreJudge;
import dev.hypersd.metric.AttributeCheck;
import dev.hypersd.metric.AttributeCheck.Outcome;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/**
 * The judges of a folder: the attribute reader, which is required, and all that give scores. Pictures are judged
 * independently of each other.
 */
public final class Judges implements AutoCloseable {
    private final TensorArena arena;
    private final AttributeReader reader;
    private final Map<Score, ScoreJudge> scorers;
    private final String fingerprint;

    private Judges(JudgeFolder folder, TensorArena arena) {
        this.arena = arena;
        this.reader = folder.attributes(arena);
        this.scorers = folder.open(folder.scores(), arena);
        this.fingerprint = folder.fingerprint();
    }

    /**
     * Opens the judges of {@code folder}.
     *
     * @throws dev.hypersd.error.InvalidFileException if there is no attribute reader, an aesthetic head is without its
     *     CLIP, or a file is broken
     */
    public static Judges open(Path folder) {
        TensorArena arena = new TensorArena();
        try {
            return new Judges(new JudgeFolder(folder), arena);
        } catch (RuntimeException e) {
            close(arena);
            throw e;
        }
    }

    /** Returns the fingerprint of the judges' files. */
    String fingerprint() {
        return fingerprint;
    }

    /**
     * Judges pictures of the prompts of {@code batch}, in the same order.
     *
     * @param images pictures of one size
     * @param milliseconds the time of drawing each picture, if they were drawn
     */
    List<Judgement> judge(List<Image> images, PromptBatch batch, OptionalDouble milliseconds) {
        List<Map<Score, Double>> scores =
                scores(images, batch.prompts().stream().map(TestPrompt::text).toList());
        return Engine.infer(() -> {
            Tensor grid = reader.grid(ImageTensors.of(images));
            List<Detections> detections = new AttributeDecoder(reader).decode(grid);
            List<Double> features = Tensors.toList(reader.features(grid));
            int width = features.size() / images.size();
            return IntStream.range(0, images.size())
                    .mapToObj(i -> new Judgement(
                            batch.prompts().get(i).number(),
                            batch.repetition(),
                            outcomes(batch.prompts().get(i), detections.get(i)),
                            scores.get(i),
                            features.subList(i * width, (i + 1) * width),
                            OptionalDouble.empty(),
                            milliseconds))
                    .toList();
        });
    }

    /**
     * Returns whether the picture shows each attribute of its scene; empty for prompts that are not captions of scenes.
     */
    private static List<Outcome> outcomes(TestPrompt prompt, Detections seen) {
        return prompt.scene()
                .map(scene -> AttributeCheck.of(scene.attributes(), seen))
                .orElse(List.of());
    }

    /** Returns the scores of each picture by the judges that exist. */
    private List<Map<Score, Double>> scores(List<Image> images, List<String> texts) {
        Map<Score, List<Double>> all = new LinkedHashMap<>();
        scorers.forEach((score, judge) -> all.put(score, judge.scores(images, texts)));
        return IntStream.range(0, images.size())
                .mapToObj(i -> {
                    Map<Score, Double> one = new LinkedHashMap<>();
                    all.forEach((score, values) -> one.put(score, values.get(i)));
                    return one;
                })
                .toList();
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
