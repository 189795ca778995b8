package dev.hypersd.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.scene.Scenes;
import dev.hypersd.scene.Split;
import dev.hypersd.tensor.Dtype;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KillAndResumeTest {
    private static final Duration LONGEST = Duration.ofMinutes(2);

    /** What the newest process says. */
    private static final String OUTPUT = "output.txt";

    @TempDir
    Path folder;

    @Test
    void aRunKilledTwiceArrivesAtTheSameWeightsBitForBit() throws Exception {
        arrivesAtTheSameWeights(2, 100);
    }

    @Test
    @Tag("slow")
    void aRunKilledManyTimesArrivesAtTheSameWeightsBitForBit() throws Exception {
        arrivesAtTheSameWeights(12, 300);
    }

    private void arrivesAtTheSameWeights(int kills, int steps) throws Exception {
        Path whole = Files.createDirectory(folder.resolve("whole"));
        Path killed = Files.createDirectory(folder.resolve("killed"));
        LineRun.train(whole, steps, Duration.ZERO);

        SplittableRandom moments = new SplittableRandom(1);
        for (int kill = 0; kill < kills; kill++) {
            Process process = start(LineRun.class, killed.toString(), Integer.toString(steps));
            awaitStep(killed, process, new Checkpoints(killed, 2).latest().orElse(0) + 20);
            TimeUnit.MILLISECONDS.sleep(moments.nextInt(50)); // Anywhere, also while a checkpoint is being written.
            process.destroyForcibly().waitFor();
            assertThat(killed.resolve(LineRun.RESULT)).doesNotExist();
        }
        assertThat(new Checkpoints(killed, 2).latest()).isPresent();
        LineRun.train(killed, steps, Duration.ZERO);

        assertThat(killed.resolve(LineRun.RESULT)).hasSameBinaryContentAs(whole.resolve(LineRun.RESULT));
    }

    /** Repeats, several captions, tags in several orders, mirror images, buckets, masks and regularisation. */
    @Test
    void aRunWithEveryOptionOfDataArrivesAtTheSameWeightsAfterBeingKilled() throws Exception {
        RandomModel.write(folder.resolve("model"), ModelTemplate.TINY, 1, Dtype.F16, (written, total) -> {});
        writePictures(folder.resolve("own"), 6, 0);
        writePictures(folder.resolve("class"), 5, 20);
        Path recipe = Files.writeString(folder.resolve("recipe.yaml"), """
            objective: finetune
            model: FOLDER/model
            output: FOLDER/run
            seed: 5
            data:
              size: 64
              buckets: true
              held_out: 2
              tag_orders: 3
              keep_tags: 1
              flip: true
              sources:
                - {folder: FOLDER/own, repeats: 2, trigger: sks, masks: files}
                - {folder: FOLDER/class, regularisation: 0.5}
            training: {steps: 14, batch: 2, accumulate: 2}
            optimiser: {learning_rate: 0.01}
            every: {checkpoint: 1, validation: 5, sample: 0}
            finetune: {latents: FOLDER/latents, rank: 2, unmasked_weight: 0.1, normalise_masked_area: true}
            """.replace("FOLDER", folder.toString()));
        Path checkpoints = folder.resolve("run/checkpoints");
        end(start(RecipeRun.class, recipe.toString()));
        Path whole = Files.move(folder.resolve("run"), folder.resolve("whole"));
        assertThat(whole.resolve("model/lora.safetensors")).exists();
        Files.move(folder.resolve("latents"), folder.resolve("latents of the whole run"));

        for (int step : new int[] {3, 9}) {
            Files.createDirectories(checkpoints);
            Process process = start(RecipeRun.class, recipe.toString());
            awaitStep(checkpoints, process, step);
            process.destroyForcibly().waitFor();
            assertThat(folder.resolve("run/model/lora.safetensors")).doesNotExist();
        }
        end(start(RecipeRun.class, recipe.toString()));

        for (String file : new String[] {"checkpoints/step-00000014.safetensors", "model/lora.safetensors"}) {
            assertThat(folder.resolve("run").resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
    }

    /** Writes captioned pictures of different shapes, of which every second one has a mask. */
    private static void writePictures(Path folder, int count, int first) throws IOException {
        Files.createDirectories(folder);
        Scenes scenes = new Scenes(Split.TRAIN, first + count, 128, Optional.empty(), 0);
        for (int i = 0; i < count; i++) {
            Image scene = scenes.get(first + i).image();
            Image picture = scene.crop(0, 0, i % 3 == 0 ? 128 : 64, i % 3 == 1 ? 128 : 64);
            picture.write(folder.resolve(i + ".png"));
            Files.writeString(folder.resolve(i + ".txt"), "tag %d, red, small, round\na picture\n".formatted(i));
            if (i % 2 == 0) {
                picture.grey().write(folder.resolve(i + "-masklabel.png"));
            }
        }
    }

    private void end(Process process) throws InterruptedException, IOException {
        assertThat(process.waitFor(LONGEST)).isTrue();
        assertThat(process.exitValue())
                .as(Files.readString(folder.resolve(OUTPUT)))
                .isZero();
    }

    private static void awaitStep(Path run, Process process, long step) throws InterruptedException {
        Checkpoints checkpoints = new Checkpoints(run, 2);
        while (process.isAlive() && checkpoints.latest().orElse(0) < step) {
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    private Process start(Class<?> program, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dorg.bytedeco.openblas.load=mkl",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(OUTPUT).toFile())
                .start();
    }
}
