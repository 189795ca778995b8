package dev.hypersd.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.OptimiserSettings.Method;
import dev.hypersd.training.TrainingListener.StepReport;
import dev.hypersd.training.TrainingSettings.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainerTest {
    private static final int STEPS = 60;
    private static final double RATE = 0.2;
    private static final long NEVER = Long.MAX_VALUE;

    @TempDir
    Path folder;

    @Test
    void learnsALine() {
        float[] learned = train(Method.ADAMW, folder, RATE, NEVER);

        assertThat(learned[0]).isBetween(2.9f, 3.1f);
        assertThat(learned[1]).isBetween(-1.1f, -0.9f);
    }

    @ParameterizedTest
    @EnumSource
    void stoppedAndResumedRunsArriveAtTheSameWeightsBitForBit(Method method) throws Exception {
        float[] once = train(method, Files.createDirectory(folder.resolve("once")), RATE, NEVER);

        Path parts = Files.createDirectory(folder.resolve("parts"));
        for (long stop : new long[] {7, 23, 24, 50}) {
            train(method, parts, RATE, stop);
        }

        assertThat(train(method, parts, RATE, NEVER)).isEqualTo(once);
    }

    @Test
    void keepsTheNewestCheckpointsAndTheBest() throws Exception {
        train(Method.ADAMW, folder, RATE, NEVER);

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "step-00000050.safetensors", "step-00000060.safetensors", "best.safetensors");
        }
    }

    @Test
    void aRunWithoutImprovementEndsWithTheBestWeights() {
        long most = 5000;
        TrainingSettings settings =
                new TrainingSettings(7, most, 8, 1, Precision.F32, false, 3, new TrainingSettings.Intervals(10, 5, 0));
        Map<Double, float[]> weights = new TreeMap<>();
        float[] end;
        try (LineObjective line = new LineObjective(Method.ADAMW, RATE, most)) {
            TrainingListener watching = new TrainingListener() {
                @Override
                public void measured(long step, Map<String, Double> values) {
                    weights.put(
                            values.get("line/held-out loss"),
                            Tensors.toFloats(line.weights().values().all()));
                }
            };
            try (Trainer<Double> trainer =
                    new Trainer<>(line, settings, new Checkpoints(folder, 2), List.of(watching))) {
                assertThat(trainer.run()).isTrue();
                end = Tensors.toFloats(line.weights().values().all());
            }
        }
        long last = new Checkpoints(folder, 2).latest().orElseThrow();
        assertThat(last).isLessThan(most);
        assertThat(weights).hasSize((int) (last / 5)); // All losses differ.
        assertThat(end).isEqualTo(weights.values().iterator().next());

        try (LineObjective line = new LineObjective(Method.ADAMW, RATE, most);
                Trainer<Double> again = new Trainer<>(line, settings, new Checkpoints(folder, 2), List.of())) {
            again.resume();
            assertThat(again.run()).isTrue();
            assertThat(Tensors.toFloats(line.weights().values().all())).isEqualTo(end);
        }
        assertThat(new Checkpoints(folder, 2).latest()).hasValue(last);
    }

    @Test
    void aRunThatDivergesEndsWithASentenceThatNamesTheLastCheckpoint() {
        assertThatThrownBy(() -> train(Method.ADAMW, folder, 1e30, NEVER))
                .isInstanceOf(DivergedException.class)
                .hasMessageContaining("the run has diverged; lower the learning rate and continue from ");
    }

    /** Weight and bias after training as far as {@code stop}. */
    private static float[] train(Method method, Path folder, double rate, long stop) {
        AtomicReference<Trainer<Double>> running = new AtomicReference<>();
        TrainingListener stopper = new TrainingListener() {
            @Override
            public void step(StepReport report) {
                if (report.step() == stop) {
                    running.get().stop();
                }
            }
        };
        TrainingSettings settings =
                new TrainingSettings(7, STEPS, 8, 2, Precision.F32, new TrainingSettings.Intervals(10, 25, 0));
        try (LineObjective line = new LineObjective(method, rate, STEPS);
                Trainer<Double> trainer = new Trainer<>(line, settings, new Checkpoints(folder, 2), List.of(stopper))) {
            running.set(trainer);
            trainer.resume();
            trainer.run();
            return Tensors.toFloats(line.weights().values().all());
        }
    }
}
