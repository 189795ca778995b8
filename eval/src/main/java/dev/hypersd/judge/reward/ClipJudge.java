package dev.hypersd.judge.reward;

import static dev.hypersd.tensor.TensorScope.scoped;

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
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** CLIP with its tokenizer. Safe to share between threads, not to be used after the arena has closed. */
public final class ClipJudge implements ScoreJudge {
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

    /**
     * Returns the CLIP scores (Hessel et al., 2021, without their cut at 0): 100 times the cosines of pictures and
     * texts.
     *
     * @param images at least one
     * @param texts as many
     */
    @Override
    public List<Double> scores(List<Image> images, List<String> texts) {
        return Engine.infer(() -> {
            Tensor cosines = pictures(images).mul(model.texts(ids(texts))).sum(1);
            return Tensors.toList(cosines.mul(new Scalar(SCALE)));
        });
    }

    /**
     * Returns the vectors {@code [B, P]}, of length 1, of pictures of any size, in the caller's scope.
     *
     * @param images at least one
     */
    public Tensor pictures(List<Image> images) {
        return scoped(() -> model.pictures(
                ClipImageProcessor.of(images, model.vision().config().imageSize())));
    }

    /** Returns the same of pictures that are tensors; differentiable. */
    public Tensor pictures(Tensor pixels) {
        return scoped(() -> model.pictures(
                ClipImageProcessor.of(pixels, model.vision().config().imageSize())));
    }

    /** Returns the CLIP scores of pictures that are tensors. */
    @Override
    public Tensor of(Tensor pixels, List<String> texts) {
        return scoped(() -> pictures(pixels).mul(model.texts(ids(texts))).sum(1).mul(new Scalar(SCALE)));
    }

    private Tensor ids(List<String> texts) {
        long[] ids = texts.stream()
                .flatMap(text -> tokenizer.encode(text).ids().stream())
                .mapToLong(Integer::longValue)
                .toArray();
        return Tensors.of(ids, texts.size(), ids.length / texts.size());
    }
}
