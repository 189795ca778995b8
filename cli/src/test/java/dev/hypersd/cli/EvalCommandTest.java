package dev.hypersd.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.judge.BackboneConfig;
import dev.hypersd.judge.attributes.AttributeReader;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalCommandTest {
    private static final Path SD15 = Path.of(System.getProperty("hypersd.reference"), "pipelines/models/sd15");

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void aModelIsJudgedIntoATableAndAFile() throws IOException {
        writeAJudge(folder.resolve("judges/attributes"));
        int code = run(
                "--prompts",
                "test:3",
                "--batch",
                "2",
                "--judges",
                folder.resolve("judges").toString());
        assertThat(err.toString()).doesNotContain("failed");
        assertThat(code).isZero();
        assertThat(out.toString()).contains("claims right: all", "fid", "diversity", "ms per picture", "batches of 2");
        assertThat(folder.resolve("out/report.json")).content().contains("\"pictures\" : 3.0");
    }

    @Test
    void batchesOfNoPictureAreRefused() {
        assertThat(run("--batch", "0", "--judges", folder.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("--batch is 0, it must be at least 1");
    }

    @Test
    void whatIsNotANumberOfPromptsIsRefused() {
        assertThat(run("--prompts", "all", "--judges", folder.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("\"all\" names no test prompts; write test: and how many");
    }

    private int run(String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("eval", "--model", SD15.toString(), "--steps", "1", "--size", "64x64", "--guidance", "1"));
        arguments.addAll(List.of("--out", folder.resolve("out").toString()));
        arguments.addAll(List.of(more));
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments.toArray(String[]::new));
    }

    private static void writeAJudge(Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), """
                {"_class_name": "AttributeReader", "block_out_channels": [8], "layers_per_block": [1]}""");
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                Parameters parameters = new Parameters(new RandomParameters(1, Dtype.F32, arena));
                new AttributeReader(new BackboneConfig(List.of(8), List.of(1), 8), parameters);
                Map<String, Tensor> weights = new LinkedHashMap<>();
                parameters.taken().forEach((name, parameter) -> weights.put(name, parameter.base()));
                SafetensorsWriter.write(
                        folder.resolve("diffusion_pytorch_model.safetensors"), weights, Map.of("format", "pt"));
            }
            return 0;
        });
    }
}
