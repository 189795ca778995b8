package dev.hypersd.evaluation;

import dev.hypersd.data.Pixels;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.image.Image;
import dev.hypersd.judge.JudgeFolder;
import dev.hypersd.judge.detection.AttributeDecoder;
import dev.hypersd.judge.detection.AttributeReader;
import dev.hypersd.judge.detection.Detections;
import dev.hypersd.judge.preference.PreferenceJudge;
import dev.hypersd.judge.reward.AestheticJudge;
import dev.hypersd.judge.reward.ClipJudge;
import dev.hypersd.judge.reward.Scores;
import dev.hypersd.metric.AttributeCheck;
import dev.hypersd.model.ModelPart;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * The judges of a folder: {@code attributes}, which must be there, and whichever of {@code clip}, {@code aesthetic} and {@code preference} are. A
 * picture is judged alone, so it does not matter what others it is judged with.
 */
public final class Judges implements AutoCloseable {
    private static final String ATTRIBUTES = "attributes";
    private static final String CLIP = "clip";
    private static final String AESTHETIC = "aesthetic";
    private static final String PREFERENCE = "preference";

    private final TensorArena arena = new TensorArena();
    private final AttributeReader reader;
    private final Optional<ClipJudge> clip;
    private final Optional<AestheticJudge> aesthetic;
    private final Optional<PreferenceJudge> preference;
    private final String fingerprint;

    private Judges(Path folder) {
        Path attributes = JudgeFolder.of(folder, ATTRIBUTES);
        this.reader = Engine.infer(() -> ModelPart.in(attributes)
                .load(AttributeReader.TYPE, Dtype.F32, arena)
                .network());
        this.clip = judge(JudgeFolder.of(folder, CLIP), found -> ClipJudge.open(found, arena));
        this.aesthetic =
                judge(JudgeFolder.of(folder, AESTHETIC), found -> AestheticJudge.open(found, clipBeside(found), arena));
        this.preference = judge(JudgeFolder.of(folder, PREFERENCE), found -> PreferenceJudge.open(found, arena));
        this.fingerprint = fingerprint(folder);
    }

    private static String fingerprint(Path folder) {
        Fingerprint all = new Fingerprint();
        Stream.of(ATTRIBUTES, CLIP, AESTHETIC, PREFERENCE)
                .map(name -> JudgeFolder.of(folder, name))
                .filter(Files::isDirectory)
                .forEach(judge -> all.add(Fingerprint.of(judge)));
        return all.digits();
    }

    private static <J> Optional<J> judge(Path folder, Function<Path, J> open) {
        return Optional.of(folder).filter(Files::isDirectory).map(open);
    }

    private ClipJudge clipBeside(Path aestheticHead) {
        return clip.orElseThrow(() -> new InvalidFileException(
                aestheticHead, "scores the vectors of a CLIP, and no folder %s is beside it".formatted(CLIP)));
    }

    /**
     * Opens the judges.
     *
     * @throws InvalidFileException if one is missing or broken
     */
    public static Judges open(Path folder) {
        return new Judges(folder);
    }

    /** Tells these judges from others. */
    String fingerprint() {
        return fingerprint;
    }

    /**
     * Judges pictures of the prompts of {@code batch}, in the same order.
     *
     * @param images of one size
     * @param milliseconds that drawing each took
     */
    List<Judgement> judge(List<Image> images, PromptBatch batch, double milliseconds) {
        List<Map<JudgeScore, Double>> scores =
                scores(images, batch.prompts().stream().map(TestPrompt::text).toList());
        return Engine.infer(() -> {
            Tensor grid = reader.grid(Pixels.of(images));
            List<Detections> readings = new AttributeDecoder(reader).of(grid);
            List<Double> features = Scores.of(reader.features(grid));
            int width = features.size() / images.size();
            return IntStream.range(0, images.size())
                    .mapToObj(i -> new Judgement(
                            batch.prompts().get(i).number(),
                            batch.repetition(),
                            AttributeCheck.of(batch.prompts().get(i).claims(), readings.get(i)),
                            scores.get(i),
                            features.subList(i * width, (i + 1) * width),
                            OptionalDouble.empty(),
                            milliseconds))
                    .toList();
        });
    }

    /** What the judges that are there say of each picture. */
    private List<Map<JudgeScore, Double>> scores(List<Image> images, List<String> texts) {
        Map<JudgeScore, List<Double>> all = new EnumMap<>(JudgeScore.class);
        clip.ifPresent(judge -> all.put(JudgeScore.CLIP, judge.scores(images, texts)));
        aesthetic.ifPresent(judge -> all.put(JudgeScore.AESTHETIC, judge.scores(images)));
        preference.ifPresent(judge -> all.put(JudgeScore.PREFERENCE, judge.scores(images, texts)));
        return IntStream.range(0, images.size())
                .mapToObj(i -> {
                    Map<JudgeScore, Double> one = new EnumMap<>(JudgeScore.class);
                    all.forEach((measure, scores) -> one.put(measure, scores.get(i)));
                    return one;
                })
                .toList();
    }

    @Override
    public void close() {
        Engine.call(() -> {
            arena.close();
            return arena;
        });
    }
}
