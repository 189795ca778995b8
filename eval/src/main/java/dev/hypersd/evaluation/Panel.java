package dev.hypersd.evaluation;

import dev.hypersd.data.Pixels;
import dev.hypersd.image.Image;
import dev.hypersd.judge.attributes.AttributeReader;
import dev.hypersd.judge.attributes.ReadPictures;
import dev.hypersd.judge.attributes.Reading;
import dev.hypersd.judge.clip.ClipJudge;
import dev.hypersd.metric.ClaimCheck;
import dev.hypersd.model.ModelPart;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/** The judges of a folder, which look at one picture after another: {@code attributes}, and {@code clip} if it is there. */
public final class Panel implements AutoCloseable {
    private final TensorArena arena = new TensorArena();
    private final AttributeReader reader;
    private final Optional<ClipJudge> clip;

    private final String fingerprint;

    private Panel(Path folder) {
        this.reader = Engine.infer(() -> ModelPart.in(folder.resolve("attributes"))
                .load(AttributeReader.TYPE, Dtype.F32, arena)
                .network());
        this.fingerprint = Fingerprint.of(folder);
        Path clipFolder = folder.resolve("clip");
        this.clip = Files.isDirectory(clipFolder) ? Optional.of(ClipJudge.open(clipFolder, arena)) : Optional.empty();
    }

    /**
     * Opens the judges.
     *
     * @throws dev.hypersd.error.InvalidFileException if one is missing or broken
     */
    public static Panel open(Path folder) {
        return new Panel(folder);
    }

    /** Tells these judges from others. */
    String fingerprint() {
        return fingerprint;
    }

    /** Judges {@code image} as a picture of {@code prompt}. */
    Judgement judge(Image image, TestPrompt prompt, int repetition) {
        OptionalDouble score = clip.map(judge -> OptionalDouble.of(
                        judge.scores(List.of(image), List.of(prompt.text())).getFirst()))
                .orElseGet(OptionalDouble::empty);
        return Engine.infer(() -> {
            Tensor grid = reader.grid(Pixels.of(List.of(image)));
            Reading reading = new ReadPictures(reader).of(grid).getFirst();
            float[] features = Tensors.toFloats(reader.features(grid));
            return new Judgement(
                    prompt.number(),
                    repetition,
                    ClaimCheck.of(prompt.claims(), reading),
                    score,
                    IntStream.range(0, features.length)
                            .mapToObj(i -> (double) features[i])
                            .toList());
        });
    }

    @Override
    public void close() {
        Engine.call(() -> {
            arena.close();
            return arena;
        });
    }
}
