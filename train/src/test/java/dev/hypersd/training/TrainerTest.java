package dev.hypersd.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.tensor.Tensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
    private static final int STEPS = 60;
    private static final double RATE = 0.2;
    private static final long NEVER = Long.MAX_VALUE;

    @TempDir
    Path folder;

    @Test
    void learnsALine() {
        float[] learned = train(folder, RATE, NEVER);

        assertThat(learned[0]).isBetween(2.9f, 3.1f);
        assertThat(learned[1]).isBetween(-1.1f, -0.9f);
    }

    @Test
    void stoppedAndResumedRunsArriveAtTheSameWeightsBitForBit() throws Exception {
        float[] once = train(Files.createDirectory(folder.resolve("once")), RATE, NEVER);

        Path parts = Files.createDirectory(folder.resolve("parts"));
        for (long stop : new long[] {7, 23, 24, 50}) {
            train(parts, RATE, stop);
        }

        assertThat(train(parts, RATE, NEVER)).isEqualTo(once);
    }

    @Test
    void keepsTheNewestCheckpointsAndTheBest() throws Exception {
        train(folder, RATE, NEVER);

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "step-00000050.safetensors", "step-00000060.safetensors", "best.safetensors");
        }
    }

    @Test
    void aRunThatDivergesEndsWithASentenceThatNamesTheLastCheckpoint() {
        assertThatThrownBy(() -> train(folder, 1e30, NEVER))
                .isInstanceOf(DivergedException.class)
                .hasMessageContaining("the run has diverged; lower the learning rate and go on from ");
    }

    /** Weight and bias after training as far as {@code stop}. */
    private static float[] train(Path folder, double rate, long stop) {
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
        try (LineObjective line = new LineObjective(rate, STEPS);
                Trainer<Double> trainer = new Trainer<>(line, settings, new Checkpoints(folder, 2), List.of(stopper))) {
            running.set(trainer);
            trainer.resume();
            trainer.run();
            return Tensors.toFloats(line.weights().values());
        }
    }
}
