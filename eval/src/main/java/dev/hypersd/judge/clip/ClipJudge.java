package dev.hypersd.judge.clip;

import dev.hypersd.clip.ClipModel;
import dev.hypersd.image.Image;
import dev.hypersd.model.ModelPart;
import dev.hypersd.model.NetworkType;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tokenizer.ClipTokenizer;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** CLIP with its tokenizer. Safe to share between threads, not to be used after the arena has closed. */
public final class ClipJudge {
    private static final double SCALE = 100;

    private final ClipModel model;
    private final ClipTokenizer tokenizer;

    private ClipJudge(ClipModel model, ClipTokenizer tokenizer) {
        this.model = model;
        this.tokenizer = tokenizer;
    }

    /**
     * Opens a CLIP with the files of its tokenizer beside it, as they are published.
     *
     * @param arena the owner of its tensors
     * @throws dev.hypersd.error.InvalidFileException if a file is missing, broken or of the wrong kind
     */
    public static ClipJudge open(Path folder, TensorArena arena) {
        ClipTokenizer tokenizer = ClipTokenizer.open(folder);
        return Engine.infer(() -> new ClipJudge(
                ModelPart.in(folder).load(NetworkType.CLIP, Dtype.F32, arena).network(), tokenizer));
    }

    /** The CLIP score (Hessel et al., 2021, without its cut at 0): 100 times the cosine of a picture and a text. */
    public double score(Image image, String text) {
        return Engine.infer(() -> {
            List<Integer> ids = tokenizer.encode(text).ids();
            Tensor words = model.texts(
                    Tensors.of(ids.stream().mapToLong(Integer::longValue).toArray(), 1, ids.size()));
            Tensor picture = model.pictures(
                    ClipPictures.of(List.of(image), model.vision().config().imageSize()));
            return SCALE * words.mul(picture).sum().item_double();
        });
    }
}
