package dev.hypersd.judge.preference;

import static dev.hypersd.tensor.TensorScope.scoped;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.judge.reward.Framing;
import dev.hypersd.judge.reward.ImageProcessor;
import dev.hypersd.judge.reward.ScoreJudge;
import dev.hypersd.model.ModelPart;
import dev.hypersd.model.NetworkType;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.tokenizer.WordPieceTokenizer;
import dev.hypersd.weights.WeightFolder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;

/**
 * A {@link PreferenceModel} with its tokenizer. Safe to share between threads; must not be used after the arena is
 * closed.
 */
public final class PreferenceJudge implements ScoreJudge {
    private static final int IMAGE_REWARD_TOKENS = 35;

    /** The tokens that BLIP adds to BERT's vocabulary. */
    private static final List<String> BLIP_TOKENS = List.of("[DEC]", "[ENC]");

    /** The type of the published ImageReward, whose configuration does not name a class of this library. */
    private static final NetworkType<PreferenceConfig, PreferenceModel> IMAGE_REWARD =
            new NetworkType<>("BertModel", PreferenceModel::named, PreferenceConfig::published, PreferenceModel::new);

    private final PreferenceModel model;
    private final Function<List<String>, TokenBatch> tokenizer;
    private final ImageProcessor processor;

    private PreferenceJudge(PreferenceModel model, Function<List<String>, TokenBatch> tokenizer, Framing framing) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.processor = ImageProcessor.clip(model.config().vision().imageSize(), framing);
    }

    /**
     * Opens a model that was trained here, with its tokenizer of CLIP's kind, which is in the same folder.
     *
     * @param arena the owner of its tensors
     * @throws InvalidFileException if a file is missing, broken or of the wrong kind
     */
    public static PreferenceJudge open(Path folder, TensorArena arena) {
        ClipTokenizer tokenizer = ClipTokenizer.open(folder);
        return Engine.infer(() -> {
            PreferenceModel model = ModelPart.in(folder)
                    .load(PreferenceModel.TYPE, Dtype.F32, arena)
                    .network();
            requireVocabulary(folder, tokenizer.vocabularySize(), model);
            int most = model.config().text().positions();
            return new PreferenceJudge(model, texts -> TokenBatch.of(tokenizer, texts, most), Framing.CENTRE_CROP);
        });
    }

    /**
     * Opens ImageReward (Xu et al., 2023) as it is published: {@code med_config.json}, which may be absent, the weights
     * as one safetensors file of any name, and {@code vocab.txt} of the uncased BERT.
     *
     * @param arena the owner of its tensors
     * @throws InvalidFileException if a file is missing, broken or of the wrong kind
     */
    public static PreferenceJudge openImageReward(Path folder, TensorArena arena) {
        WordPieceTokenizer tokenizer = WordPieceTokenizer.open(folder.resolve("vocab.txt"), BLIP_TOKENS);
        return Engine.infer(() -> {
            PreferenceModel model = ModelPart.of(
                            folder, () -> imageRewardConfig(folder), () -> WeightFolder.openOnly(folder))
                    .load(IMAGE_REWARD, Dtype.F32, arena)
                    .network();
            requireVocabulary(folder, tokenizer.vocabularySize(), model);
            int most = Math.min(IMAGE_REWARD_TOKENS, model.config().text().positions());
            return new PreferenceJudge(
                    model, texts -> TokenBatch.of(tokenizer, texts, most), Framing.ROUNDED_CENTRE_CROP);
        });
    }

    private static void requireVocabulary(Path folder, int tokens, PreferenceModel model) {
        int known = model.config().text().vocabulary();
        if (tokens > known) {
            throw new InvalidFileException(
                    folder,
                    "has a tokenizer of %d tokens, and its network knows %d: they are not of one model"
                            .formatted(tokens, known));
        }
    }

    private static JsonObject imageRewardConfig(Path folder) {
        Path file = folder.resolve("med_config.json");
        return Files.exists(file)
                ? Json.read(file)
                : Json.parse(file, "{\"architectures\": [\"BertModel\"]}".getBytes(StandardCharsets.UTF_8));
    }

    /** Computes the scores of pictures given as tensors for {@code texts}. */
    @Override
    public Tensor of(Tensor pixels, List<String> texts) {
        return scoped(() -> model.forward(processor.of(pixels), tokenizer.apply(texts)));
    }

    @Override
    public String network() {
        PreferenceConfig.Vision vision = model.config().vision();
        return "BLIP with an image encoder of %d layers of width %d and patches of %d"
                .formatted(vision.layers(), vision.width(), vision.patch());
    }

    @Override
    public String preparation() {
        return processor.description();
    }

    @Override
    public List<Double> scores(List<Image> images, List<String> texts) {
        return Engine.infer(() -> Tensors.toList(model.forward(processor.of(images), tokenizer.apply(texts))));
    }
}
