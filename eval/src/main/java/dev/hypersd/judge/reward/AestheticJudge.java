package dev.hypersd.judge.reward;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.Image;
import dev.hypersd.model.ModelPart;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.StoredParameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.StoredTensor;
import dev.hypersd.weights.WeightFolder;
import dev.hypersd.weights.WeightSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A {@link ScoreHead} on the embeddings of a CLIP. Safe to share between threads, not to be used after the arena has
 * closed.
 */
public final class AestheticJudge implements ScoreJudge {
    private final ScoreHead head;
    private final ClipJudge clip;

    private AestheticJudge(ScoreHead head, ClipJudge clip) {
        this.head = head;
        this.clip = clip;
    }

    /** Returns whether the head in {@code folder} was trained here, and not published by LAION as weights alone. */
    public static boolean isTrainedHere(Path folder) {
        return Files.exists(folder.resolve("config.json"));
    }

    /**
     * Opens a head.
     *
     * @param clip the one that it was trained with
     * @param arena the owner of its tensors
     * @throws InvalidFileException if a file is missing, broken or of the wrong kind, or takes embeddings of another
     *     width than the CLIP gives
     */
    public static AestheticJudge open(Path folder, ClipJudge clip, TensorArena arena) {
        return Engine.infer(() -> new AestheticJudge(
                isTrainedHere(folder) ? trained(folder, clip, arena) : published(folder, clip, arena), clip));
    }

    private static ScoreHead trained(Path folder, ClipJudge clip, TensorArena arena) {
        ScoreHead head =
                ModelPart.in(folder).load(ScoreHead.TYPE, Dtype.F32, arena).network();
        requireWidth(folder, head.width(), clip);
        return head;
    }

    private static void requireWidth(Path file, long width, ClipJudge clip) {
        if (width != clip.width()) {
            throw new InvalidFileException(
                    file,
                    "takes embeddings of %d numbers, and its CLIP gives %d: it was trained with another CLIP"
                            .formatted(width, clip.width()));
        }
    }

    /** LAION's head, which is weights alone: its first width is that of CLIP's embeddings. */
    private static ScoreHead published(Path folder, ClipJudge clip, TensorArena arena) {
        WeightSource file = arena.own(WeightFolder.openOnly(folder));
        StoredTensor first = file.find("layers.0.weight")
                .filter(tensor -> tensor.shape().length == 2)
                .orElseThrow(() ->
                        new InvalidFileException(file.file(), "is not LAION's head: it has no matrix layers.0.weight"));
        requireWidth(file.file(), first.shape()[1], clip);
        List<Integer> widths = new ArrayList<>(ScoreHead.LAION);
        widths.set(0, clip.width());
        return new ScoreHead(widths, new Parameters(new StoredParameters(file, Dtype.F32, arena)).at("layers"));
    }

    /** Returns the scores of pictures that are tensors, whatever their texts. */
    @Override
    public Tensor of(Tensor pixels, List<String> texts) {
        return scoped(() -> head.forward(clip.pictures(pixels)).squeeze(1));
    }

    @Override
    public String network() {
        return "linear head on " + clip.network();
    }

    @Override
    public String preparation() {
        return clip.preparation();
    }

    @Override
    public List<Double> scores(List<Image> images, List<String> texts) {
        return Engine.infer(() -> Tensors.toList(head.forward(clip.pictures(images))));
    }
}
