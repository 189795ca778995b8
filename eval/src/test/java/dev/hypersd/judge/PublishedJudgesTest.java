package dev.hypersd.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.Image;
import dev.hypersd.judge.reward.ScoreJudge;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The judges of published files score pictures as the reference implementations do, from the picture files and the
 * words to the number.
 */
class PublishedJudgesTest {
    /** Of what the score is measured in; all weights are random, so that small changes of pixels weigh much. */
    private static final double TOLERANCE = 1e-4;

    @TempDir
    private Path path;

    @Test
    void clipScoreMatchesTransformers() {
        ScorerCase golden = ScorerCase.of("clip_score");
        ScorerCase.copy(golden.model(), path.resolve("clip"));
        // A hundred times a cosine.
        assertScores(golden, Score.CLIP, golden.expected("expected.clip_score"), false, 100 * TOLERANCE);
    }

    @Test
    void clipScoreMatchesOpenClip() {
        ScorerCase golden = ScorerCase.of("open_clip");
        ScorerCase.copy(golden.model(), path.resolve("clip-tiny"));
        assertScores(
                golden,
                Score.of("clip-tiny").orElseThrow(),
                golden.expected("expected.clip_score"),
                false,
                100 * TOLERANCE);
    }

    @Test
    void hpsMatchesItsAuthors() {
        ScorerCase golden = ScorerCase.of("open_clip");
        ScorerCase.copy(golden.model(), path.resolve("hps"));
        assertScores(golden, Score.of("hps").orElseThrow(), golden.expected("expected.hpsv2_score"), false, TOLERANCE);
    }

    @Test
    void pickScoreMatchesItsAuthors() {
        ScorerCase golden = ScorerCase.of("pick_score");
        ScorerCase.copy(golden.model(), path.resolve("pick-score"));
        float[] expected = golden.expected("expected.scores");
        double scale = expected[0] / golden.expected("expected.cos")[0];
        assertScores(golden, Score.of("pick-score").orElseThrow(), expected, true, Math.abs(scale) * TOLERANCE);
    }

    @Test
    void aestheticScoreMatchesLaionOnAClipOfItsOwn() throws IOException {
        ScorerCase golden = ScorerCase.of("aesthetic");
        ScorerCase.copy(golden.model(), path.resolve("aesthetic/clip"));
        // The score's own CLIP is another one.
        ScorerCase.copy(ScorerCase.of("pick_score").model(), path.resolve("clip"));
        Files.copy(
                golden.folder().resolve("aesthetic_head.safetensors"),
                path.resolve("aesthetic/sac+logos+ava1-l14-linearMSE.safetensors"));
        assertScores(golden, Score.AESTHETIC, golden.expected("expected.score"), false, TOLERANCE);
    }

    @Test
    void aPublishedAestheticHeadDoesNotTakeTheClipOfTheClipScore() throws IOException {
        ScorerCase golden = ScorerCase.of("aesthetic");
        ScorerCase.copy(golden.model(), path.resolve("clip"));
        Path head = Files.createDirectory(path.resolve("aesthetic"));
        Files.copy(golden.folder().resolve("aesthetic_head.safetensors"), head.resolve("head.safetensors"));
        try (TensorArena arena = new TensorArena()) {
            assertThatThrownBy(() -> new JudgeFolder(path).open(Score.AESTHETIC, arena))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessage(head + ": needs the embeddings of its own CLIP, a ViT-L/14, which belongs " + "into "
                            + head.resolve("clip"));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 1L << 33})
    void aHeadForEmbeddingsOfAnotherWidthIsRefused(long width) throws IOException {
        ScorerCase.copy(ScorerCase.of("aesthetic").model(), path.resolve("aesthetic/clip"));
        Path head = path.resolve("aesthetic/head.safetensors");
        writeHeader(head, "layers.0.weight", width);
        assertRefused(Score.AESTHETIC, head + ": takes embeddings of " + width + " numbers, and its CLIP gives ");
    }

    /** Writes a matrix {@code [0, width]}, which takes no space. */
    private static void writeHeader(Path file, String name, long width) throws IOException {
        byte[] header = "{\"%s\": {\"dtype\": \"F32\", \"shape\": [0, %d], \"data_offsets\": [0, 0]}}"
                .formatted(name, width)
                .getBytes(StandardCharsets.UTF_8);
        Files.write(
                file,
                ByteBuffer.allocate(Long.BYTES + header.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(header.length)
                        .put(header)
                        .array());
    }

    @Test
    void aVocabularyThatIsLargerThanTheNetworksIsRefused() throws IOException {
        Path folder = writeImageReward();
        Path vocabulary = folder.resolve("vocab.txt");
        Files.writeString(vocabulary, Files.readString(vocabulary) + words(10_000));
        assertRefused(Score.of("image-reward").orElseThrow(), folder + ": has a tokenizer of ");
    }

    private static String words(int count) {
        return IntStream.range(0, count).mapToObj(i -> "word" + i + "\n").collect(Collectors.joining());
    }

    private void assertRefused(Score score, String message) {
        try (TensorArena arena = new TensorArena()) {
            assertThatThrownBy(() -> new JudgeFolder(path).open(score, arena))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageStartingWith(message);
        }
    }

    @Test
    void imageRewardMatchesItsAuthorsFromWords() throws IOException {
        ScorerCase golden = ScorerCase.of("image_reward");
        writeImageReward();
        assertScores(
                golden, Score.of("image-reward").orElseThrow(), golden.expected("expected.reward"), true, TOLERANCE);
    }

    private Path writeImageReward() throws IOException {
        ScorerCase golden = ScorerCase.of("image_reward");
        Path folder = Files.createDirectory(path.resolve("image-reward"));
        Files.copy(golden.folder().resolve("model.safetensors"), folder.resolve("ImageReward.safetensors"));
        Files.copy(golden.folder().resolve("vocab.txt"), folder.resolve("vocab.txt"));
        String text = golden.json().get("config").get("med_config").toString();
        Files.writeString(
                folder.resolve("med_config.json"),
                "{\"architectures\": [\"BertModel\"], \"vit\": %s, %s"
                        .formatted(golden.json().get("config").get("vit"), text.substring(1)));
        return folder;
    }

    private void assertScores(
            ScorerCase golden, Score score, float[] expected, boolean promptsFirst, double tolerance) {
        List<Image> images = new ArrayList<>();
        List<String> prompts = new ArrayList<>();
        for (int i = 0; i < expected.length; i++) {
            int others =
                    promptsFirst ? golden.images().size() : golden.prompts().size();
            images.add(golden.images().get(promptsFirst ? i % others : i / others));
            prompts.add(golden.prompts().get(promptsFirst ? i / others : i % others));
        }
        assertThat(new JudgeFolder(path).scores()).contains(score);
        try (TensorArena arena = new TensorArena()) {
            ScoreJudge judge = new JudgeFolder(path).open(score, arena);
            List<Double> scores = judge.scores(images, prompts);
            assertThat(scores).hasSize(expected.length);
            for (int i = 0; i < expected.length; i++) {
                assertThat(scores.get(i)).as("score %d", i).isCloseTo(expected[i], within(tolerance));
            }
            // As a reward model it sees the same but for rounding to grey levels.
            double tensor = Engine.infer(
                    () -> Tensors.toList(judge.of(ImageTensors.of(images.getFirst()), List.of(prompts.getFirst())))
                            .getFirst());
            assertThat(tensor).isCloseTo(expected[0], within(100 * tolerance));
            assertThat(gradient(judge, images.getFirst(), prompts.getFirst()))
                    .isPositive()
                    .isFinite();
        }
    }

    /** Returns the sum of the absolute values of the gradient with respect to the pixels, by which students learn. */
    private static double gradient(ScoreJudge judge, Image image, String prompt) {
        return Engine.call(() -> TensorScope.released(() -> {
            Tensor pixels = ImageTensors.of(List.of(image)).set_requires_grad(true);
            judge.of(pixels, List.of(prompt)).sum().backward();
            return pixels.grad().abs().sum().item_double();
        }));
    }
}
