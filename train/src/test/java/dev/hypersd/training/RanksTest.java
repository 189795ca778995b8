package dev.hypersd.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.training.OptimiserSettings.Method;
import dev.hypersd.training.TrainingSettings.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ranks in one process, which has one engine: the second one is run first, and its sums are kept for the first one. */
class RanksTest {
    private static final int ACCUMULATE = 4;

    @TempDir
    Path folder;

    /** One of two ranks; what the other one adds is known. */
    private record Half(int rank, List<float[]> own, Iterator<float[]> others) implements Ranks {
        @Override
        public int count() {
            return 2;
        }

        @Override
        public void sum(Tensor values) {
            own.add(Tensors.toFloats(values));
            if (others.hasNext()) {
                values.add_(Tensors.of(others.next(), Tensors.shape(values)));
            }
        }

        @Override
        public void await() {}
    }

    @Test
    void twoRanksTakeTheStepOfOneThatCarriesOutAllMicroBatches() throws IOException {
        float[] alone = train(Ranks.ALONE, "alone");
        List<float[]> second = new ArrayList<>();
        train(new Half(1, second, List.<float[]>of().iterator()), "second");
        List<float[]> first = new ArrayList<>();
        float[] together = train(new Half(0, first, second.iterator()), "first");

        assertThat(first.getFirst()).isNotEqualTo(second.getFirst()); // They have seen other samples.
        for (int i = 0; i < alone.length; i++) {
            // Only the order of the sum of four gradients differs.
            assertThat(together[i]).isCloseTo(alone[i], Offset.offset(1e-6f));
        }
        assertThat(folder.resolve("first")).isDirectoryContaining("glob:**step-00000001.safetensors");
        assertThat(folder.resolve("second")).isEmptyDirectory();
    }

    @Test
    void microBatchesThatCannotBeDividedAreRefused() throws IOException {
        assertThatThrownBy(() -> settings().requireShared(3))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageStartingWith("training.accumulate is 4, which 3 workers cannot share");
    }

    private static TrainingSettings settings() {
        return new TrainingSettings(7, 1, 8, ACCUMULATE, Precision.F32, new TrainingSettings.Intervals(10, 0, 0));
    }

    private float[] train(Ranks ranks, String name) throws IOException {
        Checkpoints checkpoints = new Checkpoints(Files.createDirectory(folder.resolve(name)), 1);
        try (LineObjective line = new LineObjective(Method.ADAMW, 0.2, 10);
                Trainer<Double> trainer = new Trainer<>(line, settings(), checkpoints, List.of(), ranks)) {
            trainer.run();
            return Tensors.toFloats(line.weights().values().all());
        }
    }
}
