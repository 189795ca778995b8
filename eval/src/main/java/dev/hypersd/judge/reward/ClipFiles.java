package dev.hypersd.judge.reward;

import dev.hypersd.checkpoint.OpenClip;
import dev.hypersd.clip.ClipConfig;
import dev.hypersd.clip.ClipModel;
import dev.hypersd.clip.ClipVisionConfig;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.Json;
import dev.hypersd.json.JsonObject;
import dev.hypersd.model.ModelPart;
import dev.hypersd.model.NetworkType;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.tokenizer.VocabularyFiles;
import dev.hypersd.weights.WeightFolder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The published files of a CLIP, in the layout of transformers ({@code config.json} and
 * {@code model.safetensors}) or of open_clip ({@code open_clip_config.json} and any one safetensors file). Its
 * configuration has been read; its weights have not been touched.
 *
 * @param layout the layout of the files
 * @param config the sizes of the text and image encoders
 * @param processor prepares pictures for the network
 */
public record ClipFiles(Path folder, Layout layout, ClipConfig config, ImageProcessor processor) {
    private static final String TRANSFORMERS_CONFIG = "config.json";
    private static final String OPEN_CLIP_CONFIG = "open_clip_config.json";
    private static final int PUBLISHED_VOCABULARY = 49_408;

    /** The network of open_clip, whose configurations do not name a class. */
    private static final NetworkType<ClipConfig, ClipModel> OPEN_CLIP = new NetworkType<>(
            "", OpenClip::both, json -> ClipConfig.fromOpenClip(json.section("model_cfg")), ClipModel::new);

    /** The published ViT-H-14 of open_clip, for checkpoints that come without a configuration. */
    private static final String VIT_H = """
        {"model_cfg": {"embed_dim": 1024,
          "vision_cfg": {"image_size": 224, "layers": 32, "width": 1280, "head_width": 80, "patch_size": 14},
          "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 1024, "heads": 16, "layers": 24}}}\
        """;

    /** The layouts of a CLIP's folder. */
    public enum Layout {
        TRANSFORMERS("transformers"),
        OPEN_CLIP("open_clip");

        private final String title;

        Layout(String title) {
            this.title = title;
        }

        /** Returns the name of the library whose layout it is. */
        public String title() {
            return title;
        }
    }

    /**
     * Finds a CLIP.
     *
     * @throws InvalidFileException if there is none, or its configuration is broken
     */
    public static ClipFiles in(Path folder) {
        if (isOpenClip(folder)) {
            return openClip(folder, Json.read(folder.resolve(OPEN_CLIP_CONFIG)));
        }
        if (!Files.exists(folder.resolve(TRANSFORMERS_CONFIG))) {
            throw new InvalidFileException(
                    folder, "holds no CLIP: neither %s nor %s".formatted(TRANSFORMERS_CONFIG, OPEN_CLIP_CONFIG));
        }
        ClipConfig config = ClipConfig.from(Json.read(folder.resolve(TRANSFORMERS_CONFIG)));
        Path preparation = folder.resolve("preprocessor_config.json");
        int size = config.vision().imageSize();
        return new ClipFiles(
                folder,
                Layout.TRANSFORMERS,
                config,
                Files.exists(preparation)
                        ? ImageProcessor.read(Json.read(preparation), size)
                        : ImageProcessor.clip(size));
    }

    /** Finds a CLIP as {@link #in} does, in a folder whose CLIP is open_clip's ViT-H-14 if it has no configuration. */
    public static ClipFiles orViTH(Path folder) {
        boolean configured = Stream.of(TRANSFORMERS_CONFIG, OPEN_CLIP_CONFIG)
                .map(folder::resolve)
                .anyMatch(Files::exists);
        return configured ? in(folder) : openClip(folder, vitH(folder));
    }

    private static JsonObject vitH(Path folder) {
        return Json.parse(folder.resolve(OPEN_CLIP_CONFIG), VIT_H.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns whether the weights are open_clip's. Folders of its authors have both configurations. */
    private static boolean isOpenClip(Path folder) {
        return Files.exists(folder.resolve(OPEN_CLIP_CONFIG))
                && Stream.of("model.safetensors", "model.safetensors.index.json")
                        .map(folder::resolve)
                        .noneMatch(Files::exists);
    }

    private static ClipFiles openClip(Path folder, JsonObject json) {
        ClipConfig config = OPEN_CLIP.reader().apply(json);
        return new ClipFiles(
                folder,
                Layout.OPEN_CLIP,
                config,
                ImageProcessor.readOpenClip(
                        json.section("preprocess_cfg"), config.vision().imageSize()));
    }

    /** Returns these files with another framing of pictures. */
    public ClipFiles with(Framing framing) {
        return new ClipFiles(folder, layout, config, processor.with(framing));
    }

    /**
     * Loads the network, in F32.
     *
     * @param arena the owner of its tensors
     * @throws InvalidFileException if the weights are missing or do not fit the configuration
     */
    public ClipModel load(TensorArena arena) {
        return switch (layout) {
            case TRANSFORMERS ->
                ModelPart.in(folder).load(NetworkType.CLIP, Dtype.F32, arena).network();
            case OPEN_CLIP ->
                ModelPart.of(folder, () -> orViTHConfig(folder), () -> WeightFolder.openOnly(folder))
                        .load(OPEN_CLIP, Dtype.F32, arena)
                        .network();
        };
    }

    private static JsonObject orViTHConfig(Path folder) {
        Path file = folder.resolve(OPEN_CLIP_CONFIG);
        return Files.exists(file) ? Json.read(file) : vitH(folder);
    }

    /**
     * Returns the tokenizer in the folder or, if there is none, the published one, which most CLIPs share.
     *
     * @throws InvalidFileException if it is missing or broken, or has ids that the network does not know
     */
    public ClipTokenizer tokenizer() {
        ClipTokenizer tokenizer = openTokenizer();
        if (tokenizer.vocabularySize() > config.text().vocabulary()) {
            throw new InvalidFileException(
                    folder,
                    "has a tokenizer of %d tokens, and its network knows %d: they are not of one model"
                            .formatted(tokenizer.vocabularySize(), config.text().vocabulary()));
        }
        return tokenizer;
    }

    private ClipTokenizer openTokenizer() {
        boolean own =
                Stream.of("vocab.json", "tokenizer.json").map(folder::resolve).anyMatch(Files::exists);
        return own || config.text().vocabulary() != PUBLISHED_VOCABULARY
                ? ClipTokenizer.open(folder)
                : ClipTokenizer.published(VocabularyFiles.PADDING);
    }

    /** Returns the name of the network for reports: {@code "CLIP ViT-L/14"}. */
    public String network() {
        ClipVisionConfig vision = config.vision();
        String size = switch (vision.width()) {
            case 768 -> "ViT-B";
            case 1024 -> "ViT-L";
            case 1280 -> "ViT-H";
            case 1408 -> "ViT-g";
            case 1664 -> "ViT-bigG";
            default -> "ViT of width %d".formatted(vision.width());
        };
        return "CLIP %s/%d".formatted(size, vision.patch());
    }
}
