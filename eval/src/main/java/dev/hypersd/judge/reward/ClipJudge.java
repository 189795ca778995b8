package dev.hypersd.judge.reward;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.clip.ClipModel;
import dev.hypersd.image.Image;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tokenizer.ClipTokenizer;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * CLIP with its tokenizer: its scores are cosines of pictures and texts, in the unit of the judge that it is. Safe to
 * share between threads, not to be used after the arena has closed.
 */
public final class ClipJudge implements ScoreJudge {
    private static final double PERCENT = 100;

    private final ClipFiles files;
    private final ClipTokenizer tokenizer;
    private final ClipModel model;
    private final ImageProcessor processor;
    private final double scale;

    private ClipJudge(ClipFiles files, ClipTokenizer tokenizer, ClipModel model, double scale) {
        this.files = files;
        this.tokenizer = tokenizer;
        this.model = model;
        this.processor = files.processor();
        this.scale = scale;
    }

    /**
     * Opens a CLIP as it is published; its scores are CLIP scores (Hessel et al., 2021, without their cut at 0): 100
     * times the cosine.
     *
     * @param arena the owner of its tensors
     * @throws dev.hypersd.error.InvalidFileException if a file is missing, broken or of the wrong kind
     */
    public static ClipJudge open(Path folder, TensorArena arena) {
        return open(ClipFiles.in(folder), arena);
    }

    /** Opens a CLIP as {@link #open(Path, TensorArena)} does, from files that were found before. */
    public static ClipJudge open(ClipFiles files, TensorArena arena) {
        ClipTokenizer tokenizer = files.tokenizer();
        return Engine.infer(() -> new ClipJudge(files, tokenizer, files.load(arena), PERCENT));
    }

    /**
     * Opens PickScore (Kirstain et al., 2023), a CLIP whose score is the cosine times its own logit scale, which is
     * close to 100.
     */
    public static ClipJudge openPickScore(Path folder, TensorArena arena) {
        ClipFiles files = ClipFiles.in(folder);
        ClipTokenizer tokenizer = files.tokenizer();
        return Engine.infer(() -> {
            ClipModel model = files.load(arena);
            return new ClipJudge(files, tokenizer, model, scoped(model::scale).item_double());
        });
    }

    /**
     * Opens HPSv2 (Wu et al., 2023), a ViT-H-14 of open_clip that sees whole pictures, padded with black. Its score is
     * the cosine.
     */
    public static ClipJudge openHps(Path folder, TensorArena arena) {
        ClipFiles files = ClipFiles.orViTH(folder).with(Framing.PADDING);
        ClipTokenizer tokenizer = files.tokenizer();
        return Engine.infer(() -> new ClipJudge(files, tokenizer, files.load(arena), 1));
    }

    /** Returns the number of numbers of a picture's vector. */
    public int width() {
        return files.config().vision().projection();
    }

    @Override
    public String network() {
        return "%s in the layout of %s"
                .formatted(files.network(), files.layout().title());
    }

    @Override
    public String preparation() {
        return processor.description();
    }

    @Override
    public List<Double> scores(List<Image> images, List<String> texts) {
        return Engine.infer(() -> Tensors.toList(scores(pictures(images), texts)));
    }

    /** Returns the scores of pictures that are tensors. */
    @Override
    public Tensor of(Tensor pixels, List<String> texts) {
        return scoped(() -> scores(pictures(pixels), texts));
    }

    private Tensor scores(Tensor pictures, List<String> texts) {
        return pictures.mul(model.texts(ids(texts))).sum(1).mul(new Scalar(scale));
    }

    /**
     * Returns the vectors {@code [B, P]}, of length 1, of pictures of any size, in the caller's scope.
     *
     * @param images at least one
     */
    public Tensor pictures(List<Image> images) {
        return scoped(() -> model.pictures(processor.of(images)));
    }

    /** Returns the same of pictures that are tensors; differentiable. */
    public Tensor pictures(Tensor pixels) {
        return scoped(() -> model.pictures(processor.of(pixels)));
    }

    private Tensor ids(List<String> texts) {
        long[] ids = texts.stream()
                .flatMap(text -> tokenizer.encode(text).ids().stream())
                .mapToLong(Integer::longValue)
                .toArray();
        return Tensors.of(ids, texts.size(), ids.length / texts.size());
    }
}
