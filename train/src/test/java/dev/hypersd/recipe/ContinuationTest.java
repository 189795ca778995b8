package dev.hypersd.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.data.DatasetWriter;
import dev.hypersd.data.ImageFolderWriter;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.file.FolderLock;
import dev.hypersd.scene.Sample;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Engine;
import dev.hypersd.training.Checkpoints;
import dev.hypersd.training.Ranks;
import dev.hypersd.weights.SafetensorsFile;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContinuationTest {
    @TempDir
    private Path folder;

    private Path recipe;
    private Path run;

    @BeforeEach
    void train() throws IOException {
        Path model = Files.createDirectory(folder.resolve("model"));
        Files.writeString(model.resolve("config.json"), """
            {"_class_name": "AutoencoderKL", "block_out_channels": [8, 8], "norm_num_groups": 2,
             "layers_per_block": 1, "latent_channels": 4, "scaling_factor": 1.0}\
            """);
        DatasetWriter writer = new ImageFolderWriter();
        writer.write(
                folder.resolve("data"),
                new Scenes(Split.TRAIN, 8, 32, Optional.empty(), 0).map(Sample::captioned),
                (done, total) -> {});
        run = folder.resolve("run");
        recipe = Files.writeString(folder.resolve("own.yaml"), """
            objective: autoencoder
            model: %s
            output: %s
            data: {folder: %s, size: 32, held_out: 2}
            training: {steps: 4, batch: 2}
            every: {checkpoint: 2, validation: 0, sample: 0}
            autoencoder: {crop: 16}
            """.formatted(model, run, folder.resolve("data")));
        start(false, false);
    }

    @Test
    void theRunSaysWhatItIsMadeOf() throws IOException {
        assertThat(Files.readString(run.resolve("resolved.yaml")))
                .contains("# optimiser.learning_rate: 1.0E-4", "held_out: 2");
        assertThat(Files.readAllLines(run.resolve("samples.txt")))
                .hasSize(8)
                .filteredOn(line -> line.startsWith("held-out "))
                .hasSize(2);
        assertThat(new Checkpoints(run.resolve("checkpoints"), 2).metadata(4))
                .containsKeys("recipe", "data", "version");
    }

    @Test
    void aLongerRunWithAnotherLearningRateContinuesAndLogsIt() throws IOException {
        start(true, false, "training.steps=5", "optimiser.learning_rate=0.001");

        assertThat(Files.readAllLines(run.resolve("log.jsonl")))
                .anyMatch(line ->
                        line.contains("{\"step\":4,\"changed\":{\"optimiser.learning_rate\":\"1.0E-4 -> 0.001\","
                                + "\"training.steps\":\"4 -> 5\"}}"))
                .hasSize(6);
        assertThat(new Checkpoints(run.resolve("checkpoints"), 2).metadata(5).get("recipe"))
                .contains("0.001");
    }

    @ParameterizedTest
    @CsvSource({
        "seed=1, seed was 0 and is 1",
        "ema_decay=0.5, ema_decay was 0.999 and is 0.5",
        "data.held_out=1, data.held_out was 2 and is 1",
        "data.size=48, data.size was 32 and is 48",
        "autoencoder.edges=1, autoencoder.edges was 0.0 and is 1.0",
    })
    void whatWouldFalsifyTheRunIsRefusedAlsoIfItIsAllowed(String change, String sentence) {
        assertThatThrownBy(() -> start(true, true, change))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("would falsify what it has learned: " + sentence);
    }

    @Test
    void anotherBatchIsRefusedUnlessItIsAllowed() {
        assertThatThrownBy(() -> start(true, false, "training.batch=1", "training.accumulate=2"))
                .hasMessageContaining("training.accumulate was 1 and is 2, training.batch was 2 and is 1; undo that,"
                        + " name another output, or accept it with --allow");
        start(true, true, "training.batch=1", "training.accumulate=2");
    }

    @Test
    void anotherModelUnderTheSameNameIsRefused() throws IOException {
        Files.writeString(folder.resolve("model/config.json"), " ", StandardOpenOption.APPEND);
        assertThatThrownBy(() -> start(true, true)).hasMessageContaining("model has other contents than before");
    }

    @Test
    void aModelAndDataThatMovedAreTheSame() throws IOException {
        Files.move(folder.resolve("model"), folder.resolve("moved"));
        Files.move(folder.resolve("data"), folder.resolve("pictures"));
        start(true, false, "model=" + folder.resolve("moved"), "data.folder=" + folder.resolve("pictures"));
    }

    @Test
    void ofSourcesThePlaceMayChangeAndNotTheRepeats() throws IOException {
        String sources = "data.sources=[{folder: %s, repeats: %d}]";
        String output = "output=" + folder.resolve("other");
        start(false, false, output, sources.formatted(folder.resolve("data"), 2));
        Files.move(folder.resolve("data"), folder.resolve("moved"));
        start(true, false, output, sources.formatted(folder.resolve("moved"), 2));

        assertThat(Files.readAllLines(folder.resolve("other/samples.txt"))).hasSize(14);
        assertThatThrownBy(() -> start(true, true, output, sources.formatted(folder.resolve("moved"), 3)))
                .hasMessageContaining("falsify what it has learned: data.sources.0.repeats was 2 and is 3;");
    }

    @Test
    void removedAndReplacedPicturesAreRefused() throws IOException {
        Files.copy(
                folder.resolve("data/00000001.png"),
                folder.resolve("data/00000000.png"),
                StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> start(true, true))
                .hasMessageContaining("1 of the 6 training samples were removed or changed, and 1 are new; the held-out"
                        + " samples are the same");
    }

    @Test
    void morePicturesAreLearnedIfTheyAreAllowed() throws IOException {
        Files.copy(folder.resolve("data/00000001.png"), folder.resolve("data/00000001b.png"));
        List<String> lines = new ArrayList<>(Files.readAllLines(folder.resolve("data/metadata.jsonl")));
        lines.add("{\"file_name\": \"00000001b.png\", \"text\": \"another caption\"}");
        Files.write(folder.resolve("data/metadata.jsonl"), lines);

        assertThatThrownBy(() -> start(true, false))
                .hasMessageContaining("0 of the 6 training samples were removed or changed, and 1 are new");
        start(true, true, "training.steps=5");
        assertThat(Files.readString(run.resolve("log.jsonl")))
                .contains("\"changed\":{\"training.steps\":\"4 -> 5\",\"data\":");
    }

    @Test
    void aDamagedCheckpointIsNamedAndTheNewestWholeOneOffered() throws IOException {
        Path newest = run.resolve("checkpoints/step-00000004.safetensors");
        byte[] bytes = Files.readAllBytes(newest);
        bytes[bytes.length - 1000] ^= 1;
        Files.write(newest, bytes);
        assertThatThrownBy(() -> start(true, false))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageMatching("(?s).*step-00000004.safetensors: is damaged, tensor .* has the checksum .*; the"
                        + " newest whole checkpoint is that of step 2: delete the damaged file, and --resume continues"
                        + " from there");

        Files.write(newest, Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> start(true, false))
                .hasMessageContaining("is damaged")
                .hasMessageContaining("step 2");
        Files.write(run.resolve("checkpoints/step-00000002.safetensors"), new byte[20]);
        assertThatThrownBy(() -> start(true, false)).hasMessageContaining("no other checkpoint is whole");
    }

    @Test
    void aCheckpointOfAnEarlierVersionContinues() {
        Path newest = run.resolve("checkpoints/step-00000004.safetensors");
        Engine.infer(() -> {
            try (SafetensorsFile file = SafetensorsFile.open(newest)) {
                Map<String, Tensor> tensors = new TreeMap<>();
                file.names()
                        .forEach(name ->
                                tensors.put(name, file.find(name).orElseThrow().load()));
                SafetensorsWriter.write(newest, tensors, Map.of("step", "4"));
            }
            return newest;
        });
        start(true, false, "training.steps=5");
        assertThat(new Checkpoints(run.resolve("checkpoints"), 2).metadata(5)).containsKey("recipe");
    }

    @Test
    void everyStepIsInTensorBoardOnceAfterAKill() throws IOException {
        Files.delete(
                run.resolve("checkpoints/step-00000004.safetensors")); // As if the run was killed in its last step.
        start(true, false);

        List<Long> steps = new ArrayList<>();
        try (Stream<Path> files = Files.list(run.resolve("tensorboard"))) {
            for (Path file : files.toList()) {
                steps.addAll(lossSteps(ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN)));
            }
        }
        assertThat(steps).containsExactlyInAnyOrder(1L, 2L, 3L, 4L);
    }

    /** Returns the steps of the events with a loss, of which each has its step in the byte after the tenth. */
    private static List<Long> lossSteps(ByteBuffer file) {
        List<Long> steps = new ArrayList<>();
        while (file.hasRemaining()) {
            int length = (int) file.getLong();
            byte[] event = new byte[length];
            file.getInt();
            file.get(event).getInt();
            if (new String(event, StandardCharsets.ISO_8859_1).contains("/loss")) {
                steps.add((long) event[10]);
            }
        }
        return steps;
    }

    @Test
    void twoLiveRunsDoNotShareAFolder() {
        try (FolderLock _ = FolderLock.of(run)) {
            assertThatThrownBy(() -> start(true, false)).hasMessageContaining("is in use by another run");
            assertThatThrownBy(() -> new Run(Recipe.read(recipe, List.of()), true, List.of()).publish())
                    .hasMessageContaining("is in use by another run");
        }
    }

    @Test
    void aBatchOfMoreSamplesThanThereAreIsRefused() {
        assertThatThrownBy(() -> start(false, false, "training.batch=7", "output=" + folder.resolve("other")))
                .hasMessage(
                        "training.batch is 7, and there are 6 training samples; set it to at most 6, or add samples");
    }

    private void start(boolean resume, boolean allowed, String... changes) {
        assertThat(new Run(Recipe.read(recipe, List.of(changes)), resume, List.of(), Ranks.ALONE, allowed).carryOut())
                .isTrue();
    }
}
