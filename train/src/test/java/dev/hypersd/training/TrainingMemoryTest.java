package dev.hypersd.training;

import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.data.Dataset;
import dev.hypersd.json.Json;
import dev.hypersd.objective.SampleMemory;
import dev.hypersd.training.TrainingSettings.Intervals;
import dev.hypersd.training.TrainingSettings.Precision;
import dev.hypersd.unet.UNetConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class TrainingMemoryTest {
    private static final long GIB = 1L << 30;
    private static final UNetConfig SD15 =
            UNetConfig.from(Json.parse(Path.of("config.json"), """
                {"_class_name": "UNet2DConditionModel", "in_channels": 4, "out_channels": 4,
                 "block_out_channels": [320, 640, 1280, 1280], "layers_per_block": 2, "cross_attention_dim": 768,
                 "attention_head_dim": 8,
                 "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D",
                                      "DownBlock2D"],
                 "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]}
                """.getBytes(StandardCharsets.UTF_8)));

    @Test
    void aBatchThatWasMeasuredToFitIsAccepted() {
        assertThatNoException().isThrownBy(() -> require(32, settings(1, false), 7 * GIB));
        assertThatNoException().isThrownBy(() -> require(32, settings(1, true), 4 * GIB));
    }

    @Test
    void aBatchThatCannotFitIsRefusedWithTheNumbersToChange() {
        assertThatThrownBy(() -> require(32, settings(100_000, false), 24 * GIB))
                .hasMessageMatching("training.batch 100000 needs at least \\d+.\\d GiB, and 24.0 GiB are available: set"
                        + " training.batch to at most \\d+, raise training.accumulate, which takes no memory, or set"
                        + " training.gradient_checkpointing: true");
        assertThatThrownBy(() -> require(64, settings(1000, true), 24 * GIB))
                .hasMessageEndingWith(" and raise training.accumulate, which takes no memory");
    }

    @Test
    void gradientCheckpointingIsOfferedOnlyWhereItHelps() {
        assertThatThrownBy(() -> TrainingMemory.requireBatch(needing(_ -> 1e9), settings(100, false), 24 * GIB))
                .hasMessage("training.batch 100 needs at least 93.1 GiB, and 24.0 GiB are available: set"
                        + " training.batch to at most 25 and raise training.accumulate, which takes no memory");
    }

    @Test
    void moreWeightsThanFitAreRefused() {
        TrainingMemory.requireWeights(1 << 20, true, GIB);
        assertThatThrownBy(() -> TrainingMemory.requireWeights(2_567_463_684L, true, 24 * GIB))
                .hasMessageStartingWith("2,567,463,684 trained weights take 47.8 GiB with their gradients")
                .hasMessageContaining("train a LoRA (tuning: lora)");
    }

    private static void require(int side, TrainingSettings settings, long available) {
        TrainingMemory.requireBatch(
                needing(checkpointing -> SampleMemory.ofUNet(SD15, side, side, checkpointing)), settings, available);
    }

    /** An objective of which nothing but its memory is asked. */
    private static Objective<Object> needing(Function<Boolean, Double> memory) {
        return new Objective<>() {
            @Override
            public Dataset<Object> samples() {
                throw new UnsupportedOperationException();
            }

            @Override
            public List<Learner<Object>> learners() {
                return List.of();
            }

            @Override
            public double memoryOfSample(boolean gradientCheckpointing) {
                return memory.apply(gradientCheckpointing);
            }

            @Override
            public void publish(Path folder) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
    }

    private static TrainingSettings settings(int batch, boolean checkpointing) {
        return new TrainingSettings(0, 1, batch, 1, Precision.F32, checkpointing, 0, new Intervals(1, 0, 0));
    }
}
