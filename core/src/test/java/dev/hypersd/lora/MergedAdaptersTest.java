package dev.hypersd.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.nn.Adapters;
import dev.hypersd.nn.LowRank;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MergedAdaptersTest {
    /** Sums of a dozen products of F32 numbers below 1, twice rounded. */
    private static final float ROUNDING = 1e-5f;

    /** A tiny model, and LoRAs on it that overlap in part. */
    private record Fixture(TensorArena arena, List<Parameter> weights, Lora first, Lora second)
            implements AutoCloseable {
        static Fixture open(Dtype dtype) {
            TensorArena arena = new TensorArena();
            ModelUnderTest model = ModelUnderTest.of(
                    new RandomParameters(1, dtype, arena), ModelUnderTest.TINY_UNET, ModelUnderTest.TINY_TEXT_ENCODER);
            List<Parameter> weights = model.weights();
            LoraTargets targets = model.targets("a tiny model");
            Lora first = arena.own(RandomFactors.lora(targets, weights.subList(0, 40), 1));
            Lora second = arena.own(RandomFactors.lora(targets, weights.subList(20, weights.size()), 2));
            return new Fixture(arena, weights, first, second);
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    private static float[] change(Adapters adapters, Parameter parameter) {
        return Tensors.toFloats(adapters.apply(parameter).whole().sub(parameter.base()));
    }

    @Property(tries = 10)
    void twoAdaptersTogetherChangeByTheSumOfWhatEachDoes(
            @ForAll @DoubleRange(min = -2, max = 2) double one, @ForAll @DoubleRange(min = -2, max = 2) double two) {
        Engine.infer(() -> {
            try (Fixture model = Fixture.open(Dtype.F32);
                    MergedAdapters both = MergedAdapters.merge(
                            List.of(new WeightedLora(model.first, one), new WeightedLora(model.second, two)));
                    MergedAdapters first = MergedAdapters.merge(List.of(new WeightedLora(model.first, one)));
                    MergedAdapters second = MergedAdapters.merge(List.of(new WeightedLora(model.second, two)))) {
                for (Parameter weight : model.weights) {
                    float[] sum = change(first, weight);
                    float[] other = change(second, weight);
                    for (int i = 0; i < sum.length; i++) {
                        sum[i] += other[i];
                    }
                    assertThat(change(both, weight)).containsExactly(sum, Offset.offset(ROUNDING));
                }
            }
            return one;
        });
    }

    @Property(tries = 10)
    void takingAdaptersOffLeavesTheBaseBitForBit(@ForAll @DoubleRange(min = -2, max = 2) double weight) {
        Engine.infer(() -> {
            try (Fixture model = Fixture.open(Dtype.F32)) {
                List<float[]> before = model.weights.stream()
                        .map(w -> Tensors.toFloats(w.value()))
                        .toList();
                MergedAdapters merged = MergedAdapters.merge(List.of(new WeightedLora(model.first, weight)));
                merged.during(() -> model.weights.getFirst().value());
                merged.close();
                for (int i = 0; i < before.size(); i++) {
                    assertThat(Tensors.toFloats(model.weights.get(i).value())).isEqualTo(before.get(i));
                }
            }
            return weight;
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void halfPrecisionWeightsAreMergedInFullPrecisionAndRoundedOnce(Dtype dtype) {
        Engine.infer(() -> {
            try (Fixture half = Fixture.open(dtype);
                    MergedAdapters merged = MergedAdapters.merge(
                            List.of(new WeightedLora(half.first, 0.7), new WeightedLora(half.second, -0.3)))) {
                for (Parameter weight : half.weights) {
                    Tensor exact = weight.base().to(Dtype.F32.scalarType());
                    for (WeightedLora lora :
                            List.of(new WeightedLora(half.first, 0.7), new WeightedLora(half.second, -0.3))) {
                        for (Lora.Change change : lora.lora().changes()) {
                            if (change.target() == weight) {
                                exact = new LowRank(
                                                change.module().product().down().load(),
                                                change.module().product().up().load(),
                                                lora.weight() * change.module().scale())
                                        .addedTo(exact);
                            }
                        }
                    }
                    Tensor got = merged.apply(weight).whole();
                    assertThat(Dtype.of(got.scalar_type())).isEqualTo(dtype);
                    assertThat(Tensors.toFloats(got)).isEqualTo(Tensors.toFloats(exact.to(dtype.scalarType())));
                }
            }
            return dtype;
        });
    }

    @Test
    void adaptersWithoutStrengthChangeNothing() {
        Engine.infer(() -> {
            try (Fixture model = Fixture.open(Dtype.F32);
                    MergedAdapters merged = MergedAdapters.merge(List.of(new WeightedLora(model.first, 0)))) {
                assertThat(merged.size()).isZero();
                assertThat(merged.apply(model.weights.getFirst()).whole())
                        .isSameAs(model.weights.getFirst().base());
            }
            return 0;
        });
    }

    @Test
    void aStrengthThatIsNoNumberIsRefused() {
        Engine.infer(() -> {
            try (Fixture model = Fixture.open(Dtype.F32)) {
                assertThatThrownBy(() -> new WeightedLora(model.first, Double.NaN))
                        .isInstanceOf(InvalidRequestException.class)
                        .hasMessageContaining("must be a number from -10000 to 10000, not NaN");
            }
            return 0;
        });
    }

    @Test
    void aFactorWithNaNIsRefusedByName(@TempDir Path directory) {
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                ModelUnderTest model =
                        ModelUnderTest.of(new RandomParameters(1, Dtype.F32, arena), ModelUnderTest.TINY_UNET);
                Parameter target = model.weights().getFirst();
                Factors factors = RandomFactors.of(target, 2, 2, new Random(1));
                factors.up().fill_(new Scalar(Double.NaN));
                Path path = directory.resolve("nan.safetensors");
                LoraTargets targets = model.targets("a tiny model");
                new LoraWriter(targets, Spelling.PEFT, Dtype.F32).write(path, List.of(factors), Map.of());
                try (Lora lora = Lora.fit(LoraFile.open(path), targets)) {
                    assertThatThrownBy(() -> MergedAdapters.merge(List.of(new WeightedLora(lora, 1))))
                            .isInstanceOf(InvalidFileException.class)
                            .hasMessageContaining("nan.safetensors")
                            .hasMessageContaining("unet.conv_in.lora_B.weight holds NaN or infinity");
                }
            }
            return 0;
        });
    }

    @Test
    void theFormulaPassesGradientsToBothFactors() {
        Engine.call(() -> {
            Tensor weight = Tensors.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
            Tensor down = Tensors.of(new float[] {1, 2, 3}, 1, 3).set_requires_grad(true);
            Tensor up = Tensors.of(new float[] {10, 20}, 2, 1).set_requires_grad(true);
            new LowRank(down, up, 0.5).addedTo(weight).sum().backward();
            // d/d(down_j) = scale * sum_i up_i, d/d(up_i) = scale * sum_j down_j
            assertThat(Tensors.toFloats(down.grad())).containsExactly(15, 15, 15);
            assertThat(Tensors.toFloats(up.grad())).containsExactly(3, 3);
            return 0;
        });
    }

    @Test
    void theCacheMergesOnceAndKeepsWhatWasUsedLast() {
        Engine.infer(() -> {
            try (Fixture model = Fixture.open(Dtype.F32);
                    AdapterCache cache = new AdapterCache(2)) {
                List<WeightedLora> one = List.of(new WeightedLora(model.first, 1));
                List<WeightedLora> half = List.of(new WeightedLora(model.first, 0.5));
                List<WeightedLora> other = List.of(new WeightedLora(model.second, 1));
                Map<List<WeightedLora>, Adapters> first = new LinkedHashMap<>();
                for (List<WeightedLora> loras : List.of(one, half, one, other)) {
                    try (AdapterCache.Lease lease = cache.lease(loras)) {
                        first.putIfAbsent(loras, lease.adapters());
                    }
                }
                assertThat(cache.size()).isEqualTo(2);
                try (AdapterCache.Lease again = cache.lease(List.of(new WeightedLora(model.first, 1)))) {
                    assertThat(again.adapters()).isSameAs(first.get(one));
                }
                try (AdapterCache.Lease again = cache.lease(half)) {
                    assertThat(again.adapters()).isNotSameAs(first.get(half));
                }
                try (AdapterCache.Lease none = cache.lease(List.of(new WeightedLora(model.first, 0)))) {
                    assertThat(none.adapters()).isSameAs(Adapters.NONE);
                }
            }
            return 0;
        });
    }

    @Property(tries = 10)
    void withoutRoomForMergedWeightsChangesAreComputedAtEachUse(
            @ForAll @DoubleRange(min = -2, max = 2) double one, @ForAll @DoubleRange(min = -2, max = 2) double two) {
        Engine.infer(() -> {
            try (Fixture model = Fixture.open(Dtype.F32);
                    AdapterCache merging = new AdapterCache(1);
                    AdapterCache none = new AdapterCache(0)) {
                List<WeightedLora> loras =
                        List.of(new WeightedLora(model.first, one), new WeightedLora(model.second, two));
                try (AdapterCache.Lease merged = merging.lease(loras);
                        AdapterCache.Lease unmerged = none.lease(loras)) {
                    for (Parameter weight : model.weights) {
                        assertThat(change(unmerged.adapters(), weight)).isEqualTo(change(merged.adapters(), weight));
                    }
                    assertThat(unmerged.adapters()
                                    .apply(model.weights.getFirst())
                                    .changes())
                            .hasSize(one == 0 ? 0 : 1);
                }
                assertThat(none.size()).isZero();
            }
            return one;
        });
    }

    @Test
    void leasedAdaptersOutliveEvictionAndAreFreedAfterTheLastLease() {
        Engine.infer(() -> {
            try (Fixture model = Fixture.open(Dtype.F32)) {
                AdapterCache cache = new AdapterCache(1);
                Parameter weight = model.weights.getFirst();
                AdapterCache.Lease lease = cache.lease(List.of(new WeightedLora(model.first, 1)));
                AdapterCache.Lease second = cache.lease(List.of(new WeightedLora(model.first, 1)));
                Tensor merged = lease.adapters().apply(weight).whole();
                float[] values = Tensors.toFloats(merged);
                cache.lease(List.of(new WeightedLora(model.first, 2))).close();
                cache.close();
                lease.close();
                lease.close();
                assertThat(Tensors.toFloats(merged)).isEqualTo(values);
                second.close();
                assertThat(merged.isNull()).isTrue();
            }
            return 0;
        });
    }
}
