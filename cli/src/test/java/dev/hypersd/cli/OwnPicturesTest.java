package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From pictures of one's own to pictures of what was trained on them, as a user goes: with commands alone. */
class OwnPicturesTest {
    private static final String RECIPE = """
        objective: OBJECTIVE
        model: FOLDER/model
        output: FOLDER/run
        data: {DATA, size: 64, held_out: 2}
        training: {steps: 3, batch: 2, precision: mixed}
        optimiser: {method: muon, learning_rate: 0.01}
        ema_decay: 0.1
        every: {checkpoint: 3, validation: 3, sample: 3}
        OBJECTIVE: {latents: FOLDER/latents, sample_prompts: [a red cat]MORE}
        """;

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void makeAModel() {
        run("init", folder.resolve("model").toString());
    }

    @Test
    void aBaseModelIsTrainedOnAFolderAndDraws() throws IOException {
        run("data", "scenes", "--out", folder.resolve("own").toString(), "--count", "8", "--size", "64");
        Files.writeString(folder.resolve("own/00000002.png"), "broken"); // Ends no run.

        run("train", recipe("base", "folder: FOLDER/own", ", autoencoder: FOLDER/model/vae"));

        assertThat(folder.resolve("run/samples/step-00000003-samples.png")).exists();
        assertThat(draw("before", "--model", folder.resolve("model").toString()))
                .isNotEqualTo(
                        draw("after", "--model", folder.resolve("run/model").toString()));
    }

    @Test
    void aLoraIsTrainedOnTarFilesAndChangesWhatTheModelDraws() throws IOException {
        run(
                "data",
                "scenes",
                "--out",
                folder.resolve("own").toString(),
                "--count",
                "8",
                "--size",
                "80",
                "--format",
                "webdataset");

        run("train", recipe("finetune", "webdataset: FOLDER/own", ", rank: 2"));

        String model = folder.resolve("model").toString();
        assertThat(draw("before", "--model", model))
                .isNotEqualTo(draw(
                        "after",
                        "--model",
                        model,
                        "--lora",
                        folder.resolve("run/model/lora.safetensors").toString()));
    }

    @Test
    void whatIsLearnedIsWhatLiesThere() throws IOException {
        scenes("own", "0");
        run("train", recipe("finetune", "folder: FOLDER/own", ""));
        scenes("other", "1");
        Files.copy(
                folder.resolve("other/00000003.png"),
                folder.resolve("own/00000003.png"),
                StandardCopyOption.REPLACE_EXISTING);

        run("train", recipe("finetune", "folder: FOLDER/own", ""), "--set", "output=" + folder.resolve("second"));

        assertThat(err.toString()).contains("encoded 1 of 1");
        assertThat(folder.resolve("second/model/lora.safetensors"))
                .satisfies(lora -> assertThat(Files.mismatch(lora, folder.resolve("run/model/lora.safetensors")))
                        .isNotEqualTo(-1));
    }

    @Test
    void aDistilledLoraIsDrawnWithTheSettingsThatItStates() throws IOException {
        scenes("own", "0");
        run("train", recipe("distillation", "folder: FOLDER/own", ", rank: 2, sample_steps: 2, trajectory: {}"));
        String lora = folder.resolve("run/model/lora.safetensors").toString();

        run("inspect", lora);
        assertThat(out.toString()).contains("metadata hypersd.sampler: ddim", "metadata hypersd.steps: 2");

        run(
                "generate",
                "a red cat",
                "--model",
                folder.resolve("model").toString(),
                "--lora",
                lora,
                "--out",
                folder.resolve("cat.png").toString());
        assertThat(err.toString()).contains("preset of lora: ddim, 2 steps, guidance 0");
    }

    @Test
    void aStudentOfItsOwnTimestepsIsDrawnAtThem() throws IOException {
        scenes("own", "0");
        run(
                "train",
                recipe("distillation", "folder: FOLDER/own", ", rank: 2, sample_steps: 1, score: {timesteps: [800]}"));
        String lora = folder.resolve("run/model/lora.safetensors").toString();

        run("inspect", lora);
        assertThat(out.toString()).contains("metadata hypersd.timesteps: 800", "metadata hypersd.eta: 1.0");

        run(
                "generate",
                "a red cat",
                "--model",
                folder.resolve("model").toString(),
                "--lora",
                lora,
                "--out",
                folder.resolve("cat.png").toString());
        assertThat(err.toString()).contains("preset of lora: tcd, 1 step at timestep [800], guidance 0");
    }

    private void scenes(String name, String seed) {
        run("data", "scenes", "--out", folder.resolve(name).toString(), "--count", "8", "--size", "64", "--seed", seed);
    }

    private String recipe(String objective, String data, String more) throws IOException {
        Path file = folder.resolve("recipe.yaml");
        Files.writeString(
                file,
                RECIPE.replace("OBJECTIVE", objective)
                        .replace("DATA", data)
                        .replace("MORE", more)
                        .replace("FOLDER", folder.toString()));
        return file.toString();
    }

    private Image draw(String name, String... model) {
        Path file = folder.resolve(name + ".png");
        List<String> arguments = new ArrayList<>(
                List.of("generate", "a red cat", "--steps", "1", "--seed", "1", "--out", file.toString()));
        arguments.addAll(List.of(model));
        run(arguments.toArray(String[]::new));
        return Image.read(file);
    }

    private void run(String... arguments) {
        assertThat(start(arguments)).as(err::toString).isZero();
    }

    private int start(String... arguments) {
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }
}
