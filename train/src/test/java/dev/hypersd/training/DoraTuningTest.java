package dev.hypersd.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.lora.Component;
import dev.hypersd.lora.Lora;
import dev.hypersd.lora.LoraFile;
import dev.hypersd.lora.LoraTargets;
import dev.hypersd.lora.LoraWriter;
import dev.hypersd.lora.Spelling;
import dev.hypersd.nn.Init;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.nn.RandomTensors;
import dev.hypersd.nn.Weight;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoraTuningTest {
    private static final int RANK = 2;
    private static final double ALPHA = 3;

    /** Sums of at most 36 products in F32. */
    private static final double ROUNDING = 1e-5;

    /** Factors are stored in F16, whose numbers have eleven bits. */
    private static final double STORED = 2e-3;

    @TempDir
    Path folder;

    private final TensorArena arena = new TensorArena();
    private final Parameters parameters = new Parameters(new RandomParameters(1, Dtype.F32, arena));
    private final Parameter linear = parameters.take("to_q.weight", Init.fanIn(3), 4, 5);
    private final Parameter convolution = parameters.take("conv1.weight", Init.fanIn(3), 4, 4, 3, 3);
    private final DoraTuning tuning =
            new DoraTuning(new LowRankTuning(Map.of("linear", linear, "convolution", convolution), RANK, ALPHA));

    @AfterEach
    void free() {
        arena.close();
    }

    @Test
    void anUntrainedDoraChangesNothing() {
        Engine.infer(() -> {
            Map<String, Tensor> tensors = begun();
            for (Parameter target : List.of(linear, convolution)) {
                assertThat(Tensors.toFloats(tuning.over(tensors).apply(target).whole()))
                        .containsExactly(Tensors.toFloats(target.base()), within((float) ROUNDING));
            }
            return 0;
        });
    }

    @Test
    void rowsAreThoseOfTheSumNormalisedToTheMagnitudes() {
        Engine.infer(() -> {
            Map<String, Tensor> tensors = random();
            for (String name : List.of("linear", "convolution")) {
                Parameter target = name.equals("linear") ? linear : convolution;
                Tensor changed = tuning.over(tensors).apply(target).whole();
                assertThat(Tensors.toFloats(changed))
                        .containsExactly(closedForm(tensors, name, target), within((float) ROUNDING));
            }
            return 0;
        });
    }

    @Test
    void aFileMergesIntoTheSameWeightsInEverySpelling() {
        Engine.infer(() -> {
            Map<String, Tensor> tensors = random();
            LoraTargets targets = new LoraTargets(
                    "test", Map.of(Component.UNET, Map.of(linear.name(), linear, convolution.name(), convolution)));
            for (Spelling spelling : List.of(Spelling.KOHYA, Spelling.PEFT)) {
                Path file = folder.resolve(spelling + ".safetensors");
                new LoraWriter(targets, spelling, Dtype.F16).write(file, tuning.factors(tensors), Map.of());
                try (Lora lora = Lora.fit(LoraFile.open(file), targets)) {
                    assertThat(lora.changes())
                            .hasSize(2)
                            .allMatch(change -> change.module().kind().equals("DoRA"));
                    lora.changes().forEach(change -> {
                        String name = change.target() == linear ? "linear" : "convolution";
                        Weight merged = change.on(new Weight(change.target().base()), 1);
                        assertThat(Tensors.toFloats(merged.whole()))
                                .containsExactly(closedForm(tensors, name, change.target()), within((float) STORED));
                    });
                }
            }
            return 0;
        });
    }

    /** With weights {@code w}, gradients of {@code sum w W'} flow into all three, as if norms were constant. */
    @Test
    void gradientsFlowIntoFactorsAndMagnitudesAndNotThroughTheNorm() {
        Engine.call(() -> {
            Map<String, Tensor> tensors = random();
            tensors.values().forEach(tensor -> tensor.set_requires_grad(true));
            tuning.over(tensors).apply(linear).whole().sum().backward();

            Tensor sum = sum(tensors, "linear", linear).detach();
            Tensor lengths = sum.square().sum(1).sqrt();
            assertThat(Tensors.toFloats(named(tensors, "linear.magnitude").grad()))
                    .containsExactly(Tensors.toFloats(sum.sum(1).div(lengths)), within((float) ROUNDING));
            Tensor factor =
                    named(tensors, "linear.magnitude").detach().div(lengths).view(1, -1);
            Tensor throughUp =
                    named(tensors, "linear.up").detach().t().mul(factor).sum(1).view(-1, 1);
            assertThat(Tensors.toFloats(named(tensors, "linear.down").grad()))
                    .containsExactly(
                            Tensors.toFloats(throughUp
                                    .mul(scalar(ALPHA / RANK))
                                    .expand(RANK, 5)
                                    .contiguous()),
                            within((float) ROUNDING));
            return 0;
        });
    }

    private static Tensor named(Map<String, Tensor> tensors, String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    private static Scalar scalar(double value) {
        return new Scalar(value);
    }

    private float[] closedForm(Map<String, Tensor> tensors, String name, Parameter target) {
        Tensor sum = sum(tensors, name, target);
        Tensor lengths = sum.square().sum(1).sqrt();
        Tensor magnitude = named(tensors, name + ".magnitude");
        return Tensors.toFloats(sum.mul(magnitude.div(lengths).view(-1, 1)).contiguous());
    }

    private static Tensor sum(Map<String, Tensor> tensors, String name, Parameter target) {
        Tensor up = named(tensors, name + ".up").flatten(1, -1);
        Tensor down = named(tensors, name + ".down").flatten(1, -1);
        return target.base().flatten(1, -1).add(up.mm(down).mul(scalar(ALPHA / RANK)));
    }

    private Map<String, Tensor> begun() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tuning.shapes().forEach((name, shape) -> tensors.put(name, Tensors.empty(shape)));
        tuning.begin(tensors, new RandomTensors(2));
        return tensors;
    }

    /** Trained tensors: magnitudes are positive. */
    private Map<String, Tensor> random() {
        RandomTensors random = new RandomTensors(3);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tuning.shapes().forEach((name, shape) -> {
            Tensor values = random.draw(new Init.Normal(0.5), Dtype.F32, shape);
            tensors.put(name, name.endsWith("magnitude") ? values.abs() : values);
        });
        return tensors;
    }
}
