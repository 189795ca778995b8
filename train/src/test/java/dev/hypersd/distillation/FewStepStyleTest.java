package dev.hypersd.distillation;

import static dev.hypersd.distillation.TinyDistillation.batch;
import static dev.hypersd.distillation.TinyDistillation.student;
import static dev.hypersd.distillation.TinyDistillation.terms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.objective.DenoisingObjective.TimestepShift;
import dev.hypersd.objective.FineTuning;
import dev.hypersd.objective.RatioRange;
import dev.hypersd.tensor.Engine;
import dev.hypersd.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FewStepStyleTest {
    private static final List<DistillationLoss.Settings> LOSSES =
            FewStepStyle.losses(new RatioRange(0, 5), TimestepShift.NONE, 3);

    private static final String PICTURES = "weighted";
    private static final String FEW_STEPS = "distance";

    @TempDir
    Path folder;

    private TinyDistillation tiny;
    private Path fewStepLora;

    /** A LoRA that changes much, in place of one that was distilled. */
    @BeforeEach
    void trainAFewStepLora() throws IOException {
        tiny = new TinyDistillation(folder);
        Path published = Files.createDirectory(folder.resolve("few-step"));
        fewStepLora = published.resolve("lora.safetensors");
        try (DistillationObjective objective =
                tiny.objective(TinyDistillation.consistency(8, 1, 3, TinyDistillation.PLAIN))) {
            tiny.train(objective, 4, false);
            objective.publish(published);
        }
    }

    private DistillationObjective style(Optional<Path> over) {
        return tiny.objective(LOSSES, TinyDistillation.lora(2, Optional.empty(), over));
    }

    @Test
    void theFewStepLoraIsActiveWhereFewStepsAreLearnedAndNotWherePicturesAre() {
        Map<String, Double> with;
        Map<String, Double> without;
        try (DistillationObjective objective = style(Optional.of(fewStepLora))) {
            with = terms(student(objective), batch(objective));
        }
        try (DistillationObjective objective = style(Optional.empty())) {
            without = terms(student(objective), batch(objective));
        }

        assertThat(with.get(PICTURES)).isEqualTo(without.get(PICTURES));
        assertThat(with.get(FEW_STEPS)).isNotCloseTo(without.get(FEW_STEPS), within(1e-4));
    }

    @Test
    void bothAreLearnedAndTheFileHasNothingOfTheFewStepLora() throws IOException {
        Path published = Files.createDirectory(folder.resolve("published"));
        Map<String, Double> before;
        Map<String, Double> after;
        try (DistillationObjective objective = style(Optional.of(fewStepLora))) {
            objective.publish(published);
            try (SafetensorsFile untrained = SafetensorsFile.open(published.resolve("lora.safetensors"))) {
                assertThat(untrained.names()).isNotEmpty();
                untrained.names().stream()
                        .filter(name -> name.endsWith("lora_up.weight"))
                        .forEach(name -> assertThat(norm(untrained, name))
                                .as("%s is zero before training, whatever lies below", name)
                                .isZero());
            }
            before = terms(student(objective), batch(objective));
            tiny.train(objective, 24, true);
            after = terms(student(objective), batch(objective));
            objective.publish(published);
        }

        assertThat(after.get(PICTURES)).isLessThan(before.get(PICTURES));
        assertThat(after.get(FEW_STEPS)).isLessThan(before.get(FEW_STEPS));
        try (SafetensorsFile trained = SafetensorsFile.open(published.resolve("lora.safetensors"));
                SafetensorsFile below = SafetensorsFile.open(fewStepLora)) {
            String up = trained.names().stream()
                    .filter(name -> name.endsWith("lora_up.weight"))
                    .findFirst()
                    .orElseThrow();
            assertThat(norm(trained, up)).isPositive();
            assertThat(trained.find(up).orElseThrow().shape()[1]).isEqualTo(2);
            assertThat(below.find(up).orElseThrow().shape()[1]).isEqualTo(4);
        }
    }

    private static double norm(SafetensorsFile file, String tensor) {
        return Engine.infer(() -> file.find(tensor).orElseThrow().load().norm().item_double());
    }

    @Test
    void anInterruptedTrainingArrivesAtTheSameFile() throws IOException {
        FineTuning change = TinyDistillation.lora(2, Optional.empty(), Optional.of(fewStepLora));
        Path whole = Files.createDirectory(folder.resolve("whole"));
        Path continued = Files.createDirectory(folder.resolve("continued"));
        Path checkpoints = Files.createDirectory(folder.resolve("continued-checkpoints"));

        try (DistillationObjective objective = tiny.objective(LOSSES, change)) {
            tiny.train(objective, 4, false);
            objective.publish(whole);
        }
        for (int steps : new int[] {2, 4}) {
            try (DistillationObjective objective = tiny.objective(LOSSES, change)) {
                tiny.resume(objective, steps, checkpoints);
                objective.publish(continued);
            }
        }

        assertThat(continued.resolve("lora.safetensors")).hasSameBinaryContentAs(whole.resolve("lora.safetensors"));
    }
}
