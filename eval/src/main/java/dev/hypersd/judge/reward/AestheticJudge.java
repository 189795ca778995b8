package dev.hypersd.judge.reward;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.image.Image;
import dev.hypersd.model.ModelPart;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.nio.file.Path;
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

    /**
     * Opens a head.
     *
     * @param clip the one that it was trained with
     * @param arena the owner of its tensors
     * @throws dev.hypersd.error.InvalidFileException if a file is missing, broken or of the wrong kind
     */
    public static AestheticJudge open(Path folder, ClipJudge clip, TensorArena arena) {
        return Engine.infer(() -> new AestheticJudge(
                ModelPart.in(folder).load(ScoreHead.TYPE, Dtype.F32, arena).network(), clip));
    }

    /** Returns the scores of pictures that are tensors, whatever their texts. */
    @Override
    public Tensor of(Tensor pixels, List<String> texts) {
        return scoped(() -> head.forward(clip.pictures(pixels)).squeeze(1));
    }

    /** Returns the score of each picture; higher is better. */
    @Override
    public List<Double> scores(List<Image> images, List<String> texts) {
        return Engine.infer(() -> Tensors.toList(head.forward(clip.pictures(images))));
    }
}
