package dev.hypersd.training;

import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.TrainingListener.StepReport;
import dev.hypersd.training.TrainingSettings.Precision;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A process that trains a line, slowly enough to be killed, and writes the weights when it is done. */
final class LineRun {
    static final String RESULT = "weights";
    private static final Duration PAUSE = Duration.ofMillis(5);

    private LineRun() {}

    /** @param arguments the folder of the run, and the number of steps */
    public static void main(String... arguments) throws Exception {
        train(Path.of(arguments[0]), Integer.parseInt(arguments[1]), PAUSE);
    }

    /** Trains up to {@code steps}, with a pause after each step, from the last checkpoint in {@code folder}. */
    static void train(Path folder, int steps, Duration pause) throws Exception {
        TrainingListener slow = new TrainingListener() {
            @Override
            public void step(StepReport report) {
                try {
                    Thread.sleep(pause);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        TrainingSettings settings =
                new TrainingSettings(3, steps, 4, 1, Precision.F32, new TrainingSettings.Intervals(1, 7, 0));
        try (LineObjective line = new LineObjective(OptimiserSettings.Method.ADAMW, 0.05, steps);
                Trainer<Double> trainer = new Trainer<>(line, settings, new Checkpoints(folder, 2), List.of(slow))) {
            trainer.resume();
            trainer.run();
            float[] weights = Tensors.toFloats(line.weights().values().all());
            ByteBuffer bytes = ByteBuffer.allocate(weights.length * Float.BYTES);
            bytes.asFloatBuffer().put(weights);
            Files.write(folder.resolve(RESULT), bytes.array());
        }
    }
}
