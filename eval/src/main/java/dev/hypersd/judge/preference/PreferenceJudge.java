package dev.hypersd.judge.preference;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.image.Image;
import dev.hypersd.judge.reward.ClipImageProcessor;
import dev.hypersd.judge.reward.ScoreJudge;
import dev.hypersd.model.ModelPart;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tokenizer.ClipTokenizer;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A {@link PreferenceModel} that was trained here, with its tokenizer, which is one of CLIP's kind. Safe to share
 * between threads, not to be used after the arena has closed.
 */
public final class PreferenceJudge implements ScoreJudge {
    private final PreferenceModel model;
    private final ClipTokenizer tokenizer;

    private PreferenceJudge(PreferenceModel model, ClipTokenizer tokenizer) {
        this.model = model;
        this.tokenizer = tokenizer;
    }

    /**
     * Opens a model with the files of its tokenizer beside it.
     *
     * @param arena the owner of its tensors
     * @throws dev.hypersd.error.InvalidFileException if a file is missing, broken or of the wrong kind
     */
    public static PreferenceJudge open(Path folder, TensorArena arena) {
        ClipTokenizer tokenizer = ClipTokenizer.open(folder);
        return Engine.infer(() -> new PreferenceJudge(
                ModelPart.in(folder)
                        .load(PreferenceModel.TYPE, Dtype.F32, arena)
                        .network(),
                tokenizer));
    }

    /** Returns the scores of pictures that are tensors, as pictures of {@code texts}. */
    @Override
    public Tensor of(Tensor pixels, List<String> texts) {
        PreferenceConfig config = model.config();
        return scoped(() -> model.forward(
                ClipImageProcessor.of(pixels, config.vision().imageSize()),
                TokenBatch.of(tokenizer, texts, config.text().positions())));
    }

    /**
     * Returns the score of each picture as a picture of its text; higher is better.
     *
     * @param images at least one, of any size
     * @param texts as many
     */
    @Override
    public List<Double> scores(List<Image> images, List<String> texts) {
        PreferenceConfig config = model.config();
        return Engine.infer(() -> {
            Tensor pixels = ClipImageProcessor.of(images, config.vision().imageSize());
            TokenBatch words = TokenBatch.of(tokenizer, texts, config.text().positions());
            return Tensors.toList(model.forward(pixels, words));
        });
    }
}
