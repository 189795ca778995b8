package dev.hypersd.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.judge.BackboneConfig;
import dev.hypersd.judge.attributes.AttributeReader;
import dev.hypersd.metric.AttributeAccuracy.Group;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationTest {
    private static final String CONFIG = """
            {"_class_name": "AttributeReader", "block_out_channels": [8, 8], "layers_per_block": [1, 1]}""";

    private static final int PROMPTS = 6;

    @TempDir
    private static Path judges;

    @TempDir
    private Path out;

    @BeforeAll
    static void writeAJudge() throws IOException {
        Path folder = Files.createDirectories(judges.resolve("attributes"));
        Files.writeString(folder.resolve("config.json"), CONFIG);
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                Parameters parameters = new Parameters(new RandomParameters(1, Dtype.F32, arena));
                new AttributeReader(new BackboneConfig(List.of(8, 8), List.of(1, 1), 8), parameters);
                Map<String, Tensor> weights = new LinkedHashMap<>();
                parameters.taken().forEach((name, parameter) -> weights.put(name, parameter.base()));
                SafetensorsWriter.write(
                        folder.resolve("diffusion_pytorch_model.safetensors"), weights, Map.of("format", "pt"));
            }
            return 0;
        });
    }

    @Test
    void anInterruptedRunGoesOnAndEndsWithTheSameReport() throws IOException {
        String whole = evaluate(Generator.data(), out.resolve("whole")).json();

        Path cut = out.resolve("cut");
        AtomicInteger left = new AtomicInteger(3);
        Generator failing = (prompt, seed) -> {
            if (left.getAndDecrement() == 0) {
                throw new IllegalStateException("the power fails");
            }
            return Generator.data().draw(prompt, seed);
        };
        assertThatThrownBy(() -> evaluate(failing, cut)).hasMessage("the power fails");
        // The last line was being written.
        String lines = Files.readString(cut.resolve("model.jsonl"));
        Files.writeString(cut.resolve("model.jsonl"), lines.substring(0, lines.length() - 20));

        AtomicInteger drawn = new AtomicInteger();
        Generator counting = (prompt, seed) -> {
            drawn.incrementAndGet();
            return Generator.data().draw(prompt, seed);
        };
        assertThat(evaluate(counting, cut).json()).isEqualTo(whole);
        assertThat(drawn).hasValue(PROMPTS + 3 - 2);
    }

    @Test
    void theDataAreAtNoDistanceFromThemselvesInTheReport() {
        Report report = evaluate(Generator.data(), out);
        assertThat(report.model().frechet()).isEqualTo(report.data().frechet());
        assertThat(report.model().accuracy().claims(Group.ALL))
                .isEqualTo(report.data().accuracy().claims(Group.ALL));
        // Repetitions of the data are the same picture.
        assertThat(report.model().diversity()).hasValue(0);
        assertThat(report.table()).contains("claims right: all").contains("fid");
    }

    @Test
    void judgementsOfSomethingElseAreRefused() {
        evaluate(Generator.data(), out);
        try (Panel panel = Panel.open(judges)) {
            Evaluation evaluation = new Evaluation(panel, TestPrompt.range(0, PROMPTS), 1, 5);
            assertThatThrownBy(() -> evaluation.of("another", Generator.data(), out, left -> {}))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageMatching(
                            ".*has judgements of \"scenes, seed 5, judges (\\w{8})\", not of \"another, seed 5, judges \\1\".*");
        }
    }

    @Test
    void promptsAreNamedByTheirNumber() {
        assertThat(TestPrompt.named("test:3")).hasSize(3).isEqualTo(TestPrompt.range(0, 3));
        assertThatThrownBy(() -> TestPrompt.named("test:0"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("\"test:0\" names no test prompts; write test: and how many, for example test:1000");
    }

    private Report evaluate(Generator generator, Path folder) {
        try (Panel panel = Panel.open(judges)) {
            return new Evaluation(panel, TestPrompt.range(0, PROMPTS), 1, 5)
                    .of("scenes", generator, folder, left -> {});
        }
    }
}
