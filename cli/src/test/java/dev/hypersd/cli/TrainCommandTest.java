package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainCommandTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path run;

    @BeforeEach
    void writeRecipe() throws Exception {
        run = folder.resolve("run");
        Files.writeString(folder.resolve("config.json"), """
                {"_class_name": "AutoencoderKL", "block_out_channels": [8, 8], "norm_num_groups": 2, \
                "layers_per_block": 1,
                 "latent_channels": 4, "scaling_factor": 1.0}
                """);
        Files.writeString(folder.resolve("recipe.yaml"), """
                objective: autoencoder
                model: %s
                output: %s
                data: {scenes: 8, size: 32}
                training: {steps: 4, batch: 2}
                every: {checkpoint: 2, validation: 2, sample: 4}
                autoencoder: {crop: 16}
                """.formatted(folder, run));
    }

    @Test
    void aRunLeavesItsResultItsLogAndItsPictures() throws Exception {
        assertThat(train()).isZero();

        assertThat(out.toString().strip()).isEqualTo(run.resolve("model").toString());
        assertThat(run.resolve("model/diffusion_pytorch_model.safetensors")).exists();
        assertThat(run.resolve("checkpoints/best.safetensors")).exists();
        assertThat(run.resolve("samples/step-00000004-reconstructions.png")).exists();
        assertThat(Files.readAllLines(run.resolve("log.jsonl")))
                .hasSize(6) // Four steps, measured twice.
                .allMatch(line -> line.startsWith("{\"step\":"));
        assertThat(run.resolve("tensorboard")).isNotEmptyDirectory();
        assertThat(err.toString()).contains("step 4 of 4, loss ");
    }

    @Test
    void anExistingRunIsNotOverwritten() {
        train();

        assertThat(train()).isEqualTo(2);
        assertThat(err.toString())
                .contains("has a run already, at step 4; continue it with --resume, or name another output");
    }

    @Test
    void aResumedRunRemovesTheLinesThatItLogsAgain() throws Exception {
        train("--set", "training.steps=3");
        Files.writeString(run.resolve("log.jsonl"), "{\"step\":9}\n{\"step\":", StandardOpenOption.APPEND);

        assertThat(train("--resume")).isZero();
        assertThat(Files.readString(run.resolve("log.jsonl")))
                .doesNotContain("\"step\":9")
                .contains("\"step\":4");
    }

    @Test
    void errorsInARecipeAreReportedInOneSentence() {
        assertThat(train("--set", "training.stps=3")).isEqualTo(1);
        assertThat(err.toString().strip())
                .endsWith("training.stps is unknown; do you mean steps?")
                .doesNotContain("\n");
        assertThat(run).doesNotExist();
    }

    @Test
    void publishingNeedsACheckpoint() {
        assertThat(train("--publish")).isEqualTo(2);
        assertThat(err.toString()).contains("has no checkpoint to publish; train first");
    }

    private int train(String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("train", folder.resolve("recipe.yaml").toString()));
        arguments.addAll(List.of(more));
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments.toArray(String[]::new));
    }
}
