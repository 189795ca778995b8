package dev.hypersd.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.RandomParameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.BiFunction;
import org.assertj.core.data.Offset;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adapters of the LyCORIS library, against the sums of their definitions written out. */
class LycorisTest {
    private static final String LINEAR = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q";
    private static final String CONVOLUTION = "lora_unet_down_blocks_0_resnets_0_conv1";

    /** A dozen products of F32 numbers below 1. */
    private static final Offset<Float> ROUNDING = Offset.offset(1e-5f);

    @TempDir
    Path folder;

    private final Random random = new Random(4);
    private final Map<String, float[]> values = new LinkedHashMap<>();
    private final Map<String, long[]> shapes = new LinkedHashMap<>();

    /** {@code [out, in, h, w]} and the base weight to the changed weight; linear layers have filters of one number. */
    private interface Expected extends BiFunction<long[], float[], float[]> {}

    @Test
    void aLoHaMultipliesTwoProductsElementByElement() {
        give(LINEAR, "hada_w1_a", 8, 2);
        give(LINEAR, "hada_w1_b", 2, 8);
        give(LINEAR, "hada_w2_a", 8, 2);
        give(LINEAR, "hada_w2_b", 2, 8);
        alpha(LINEAR, 1);
        assertChanged(
                LINEAR,
                1,
                (weight, base) -> sum(
                        base,
                        (row, column) -> 0.5
                                * dot(LINEAR, "hada_w1", row, column, 2, 8)
                                * dot(LINEAR, "hada_w2", row, column, 2, 8)));
    }

    @Test
    void aLoHaOfFiltersHasCores() {
        for (String half : List.of("1", "2")) {
            give(CONVOLUTION, "hada_t" + half, 2, 2, 3, 3);
            give(CONVOLUTION, "hada_w" + half + "_a", 2, 8);
            give(CONVOLUTION, "hada_w" + half + "_b", 2, 8);
        }
        assertChanged(
                CONVOLUTION,
                0.5,
                (weight, base) -> sum(
                        base,
                        (row, column) -> 0.5
                                * cored("hada_t1", "hada_w1", row, column)
                                * cored("hada_t2", "hada_w2", row, column)));
    }

    @Test
    void aLoKrIsAKroneckerProduct() {
        give(CONVOLUTION, "lokr_w1", 2, 4);
        give(CONVOLUTION, "lokr_w2_a", 4, 3);
        give(CONVOLUTION, "lokr_w2_b", 3, 2 * 9);
        alpha(CONVOLUTION, 6);
        assertChanged(
                CONVOLUTION,
                1,
                (weight, base) -> sum(
                        base,
                        (row, column) -> 2
                                * at(CONVOLUTION, "lokr_w1", row / 4 * 4 + column / 18)
                                * dot(CONVOLUTION, "lokr_w2", row % 4, column % 18, 3, 18)));
    }

    @Test
    void aLoKrOfTwoFullMatricesIgnoresAlpha() {
        give(LINEAR, "lokr_w1", 2, 2);
        give(LINEAR, "lokr_w2", 4, 4);
        alpha(LINEAR, 100);
        assertChanged(
                LINEAR,
                1,
                (weight, base) -> sum(
                        base,
                        (row, column) -> at(LINEAR, "lokr_w1", row / 4 * 2 + column / 4)
                                * at(LINEAR, "lokr_w2", row % 4 * 4 + column % 4)));
    }

    @Test
    void aDoraNormalisesRowsToItsMagnitudes() {
        factors(LINEAR);
        give(LINEAR, "dora_scale", 8, 1);
        assertChanged(LINEAR, 1, (weight, base) -> {
            float[] whole = product(base);
            for (int row = 0; row < 8; row++) {
                double length = 0;
                for (int column = 0; column < 8; column++) {
                    length += Math.pow(whole[row * 8 + column], 2);
                }
                for (int column = 0; column < 8; column++) {
                    whole[row * 8 + column] *= (float) (at(LINEAR, "dora_scale", row) / Math.sqrt(length));
                }
            }
            return whole;
        });
    }

    @Test
    void aDoraNormalisesInputsToItsMagnitudesAndInterpolatesAtHalfTheStrength() {
        factors(LINEAR);
        give(LINEAR, "dora_scale", 1, 8);
        assertChanged(LINEAR, 0.5, (weight, base) -> {
            float[] whole = product(base);
            for (int column = 0; column < 8; column++) {
                double length = 0;
                for (int row = 0; row < 8; row++) {
                    length += Math.pow(whole[row * 8 + column], 2);
                }
                for (int row = 0; row < 8; row++) {
                    int i = row * 8 + column;
                    double there = whole[i] * at(LINEAR, "dora_scale", column) / Math.sqrt(length);
                    whole[i] = (float) (base[i] + 0.5 * (there - base[i]));
                }
            }
            return whole;
        });
    }

    @Test
    void aLoConWithACoreComputesFiltersFromThreeFactors() {
        give(CONVOLUTION, "lora_down.weight", 2, 8, 1, 1);
        give(CONVOLUTION, "lora_mid.weight", 2, 2, 3, 3);
        give(CONVOLUTION, "lora_up.weight", 8, 2, 1, 1);
        alpha(CONVOLUTION, 1);
        assertChanged(
                CONVOLUTION,
                1,
                (weight, base) -> sum(base, (row, column) -> {
                    double sum = 0;
                    for (int r = 0; r < 2; r++) {
                        for (int s = 0; s < 2; s++) {
                            sum += at(CONVOLUTION, "lora_up.weight", row * 2 + r)
                                    * at(CONVOLUTION, "lora_mid.weight", (r * 2 + s) * 9 + column % 9)
                                    * at(CONVOLUTION, "lora_down.weight", s * 8 + column / 9);
                        }
                    }
                    return 0.5 * sum;
                }));
        assertKinds("LoCon with a core");
    }

    @Test
    void aFullDifferenceIsAddedToWeightAndBiasWithoutAlpha() {
        give(CONVOLUTION, "diff", 8, 8, 3, 3);
        give(CONVOLUTION, "diff_b", 8);
        alpha(CONVOLUTION, 4);
        assertAdded("down_blocks.0.resnets.0.conv1.weight", CONVOLUTION + ".diff", 1);
        assertAdded("down_blocks.0.resnets.0.conv1.bias", CONVOLUTION + ".diff_b", 1);
        assertKinds("full difference", "bias");
    }

    @Test
    void aBiasMayChangeAlone() {
        give(CONVOLUTION, "diff_b", 8);
        assertAdded("down_blocks.0.resnets.0.conv1.bias", CONVOLUTION + ".diff_b", 1);
        assertKinds("bias");
    }

    @Test
    void aNormIsChangedInScaleAndShift() {
        for (String norm :
                List.of("lora_unet_down_blocks_0_resnets_0_norm1", "lora_unet_input_blocks_1_0_in_layers_0")) {
            values.clear();
            give(norm, "w_norm", 8);
            give(norm, "b_norm", 8);
            assertAdded("down_blocks.0.resnets.0.norm1.weight", norm + ".w_norm", 1);
            assertAdded("down_blocks.0.resnets.0.norm1.bias", norm + ".b_norm", 1);
            assertKinds("norm", "bias");
        }
    }

    @Test
    void theBiasOfTheSecondFactorIsScaledLikeTheProduct() {
        String module = "unet.base_model.model.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0";
        give(module, "lora_A.default.weight", 2, 8);
        give(module, "lora_B.default.weight", 8, 2);
        give(module, "lora_B.default.bias", 8);
        alpha(module, 1);
        assertAdded(
                "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_out.0.bias",
                module + ".lora_B.default.bias",
                0.5);
        assertKinds("LoRA", "bias");
    }

    private void assertKinds(String... kinds) {
        try (LoraFile file = LoraFile.open(write())) {
            assertThat(file.modules()).extracting(LoraModule::kind).containsExactly(kinds);
        }
    }

    /** At two weights, and laid over the base as well as merged into it. */
    private void assertAdded(String parameter, String difference, double scale) {
        Path file = write();
        float[] change = values.getOrDefault(difference, new float[0]);
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                ModelUnderTest model = ModelUnderTest.of(
                        new RandomParameters(1, Dtype.F32, arena),
                        ModelUnderTest.TINY_UNET,
                        ModelUnderTest.TINY_TEXT_ENCODER);
                Parameter target = Objects.requireNonNull(
                        Objects.requireNonNull(model.parameters().get(Component.UNET))
                                .get(parameter));
                for (double weight : List.of(1.0, -0.5)) {
                    float[] expected = Tensors.toFloats(target.base());
                    assertThat(expected).hasSameSizeAs(change);
                    for (int i = 0; i < expected.length; i++) {
                        expected[i] += (float) (weight * scale * change[i]);
                    }
                    try (Lora lora = Lora.fit(LoraFile.open(file), model.targets("a tiny model"));
                            MergedAdapters merged = MergedAdapters.merge(List.of(new WeightedLora(lora, weight)))) {
                        assertThat(Tensors.toFloats(merged.apply(target).whole()))
                                .containsExactly(expected, ROUNDING);
                        assertThat(Tensors.toFloats(new UnmergedAdapters(List.of(new WeightedLora(lora, weight)))
                                        .apply(target)
                                        .whole()))
                                .containsExactly(expected, ROUNDING);
                    }
                }
            }
            return file;
        });
    }

    @Test
    void otherKindsHaveNoProductOfTwoFactors() {
        give(LINEAR, "lokr_w1", 2, 2);
        give(LINEAR, "lokr_w2", 4, 4);
        try (LoraFile file = LoraFile.open(write())) {
            LoraModule module = file.modules().getFirst();
            assertThat(module.kind()).isEqualTo("LoKr");
            assertThatThrownBy(module::product)
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageContaining(
                            "holds a LoKr: " + LINEAR + " changes its weight by more than a product of two");
        }
    }

    @Test
    void incompleteOrMismatchedAdaptersAreRefused() {
        give(LINEAR, "hada_w1_a", 8, 2);
        give(LINEAR, "hada_w1_b", 2, 8);
        give(LINEAR, "hada_w2_a", 8, 2);
        assertThatThrownBy(() -> LoraFile.open(write())).hasMessageContaining("lacks its part hada_w2_b");
        give(LINEAR, "hada_w2_b", 3, 8);
        assertThatThrownBy(() -> LoraFile.open(write()))
                .hasMessageContaining("has factors [8, 2] and [3, 8] that cannot be multiplied");
        give(LINEAR, "hada_w2_b", 2, 7);
        assertThatThrownBy(() -> LoraFile.open(write()))
                .hasMessageContaining("multiplies a matrix of 8 x 8 with one of 8 x 7");
    }

    private interface Element {
        double at(int row, int column);
    }

    private static float[] sum(float[] base, Element change) {
        int columns = base.length / 8;
        float[] sum = base.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += (float) change.at(i / columns, i % columns);
        }
        return sum;
    }

    private void factors(String module) {
        give(module, "lora_up.weight", 8, 2);
        give(module, "lora_down.weight", 2, 8);
    }

    private float[] product(float[] base) {
        return sum(base, (row, column) -> {
            double change = 0;
            for (int r = 0; r < 2; r++) {
                change += at(LINEAR, "lora_up.weight", row * 2 + r) * at(LINEAR, "lora_down.weight", r * 8 + column);
            }
            return change;
        });
    }

    /** An element of the product of the factors {@code stem_a} and {@code stem_b}. */
    private double dot(String module, String stem, int row, int column, int rank, int columns) {
        double sum = 0;
        for (int r = 0; r < rank; r++) {
            sum += at(module, stem + "_a", row * rank + r) * at(module, stem + "_b", r * columns + column);
        }
        return sum;
    }

    /** Of an {@code [8, 8, 3, 3]} weight whose core has rank 2. */
    private double cored(String core, String stem, int row, int column) {
        double sum = 0;
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 2; j++) {
                sum += at(CONVOLUTION, core, (i * 2 + j) * 9 + column % 9)
                        * at(CONVOLUTION, stem + "_a", i * 8 + row)
                        * at(CONVOLUTION, stem + "_b", j * 8 + column / 9);
            }
        }
        return sum;
    }

    private void assertChanged(String module, double weight, Expected expected) {
        Path file = write();
        Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                LoraTargets targets = ModelUnderTest.of(
                                new RandomParameters(1, Dtype.F32, arena),
                                ModelUnderTest.TINY_UNET,
                                ModelUnderTest.TINY_TEXT_ENCODER)
                        .targets("a tiny model");
                Parameter target = targets.find(module).orElseThrow();
                float[] base = Tensors.toFloats(target.base());
                // Half a weight is half a sum; a DoRA's weight is part of what is expected.
                float[] full = expected.apply(target.shape(), base);
                try (Lora lora = Lora.fit(LoraFile.open(file), targets);
                        MergedAdapters merged = MergedAdapters.merge(List.of(new WeightedLora(lora, weight)))) {
                    assertThat(Tensors.toFloats(merged.apply(target).whole())).containsExactly(full, ROUNDING);
                }
            }
            return file;
        });
    }

    private void give(String module, String part, long... shape) {
        float[] numbers = new float[(int) Shapes.count(shape)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = random.nextFloat() - 0.5f;
        }
        values.put(module + "." + part, numbers);
        shapes.put(module + "." + part, shape);
    }

    private void alpha(String module, float alpha) {
        values.put(module + ".alpha", new float[] {alpha});
        shapes.put(module + ".alpha", new long[0]);
    }

    private float at(String module, String part, int i) {
        return values.getOrDefault(module + "." + part, new float[0])[i];
    }

    private Path write() {
        Path file = folder.resolve("adapter.safetensors");
        Engine.infer(() -> {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            values.forEach((name, numbers) ->
                    tensors.put(name, Tensors.of(numbers, shapes.getOrDefault(name, new long[0]))));
            SafetensorsWriter.write(file, tensors, Map.of());
            return file;
        });
        return file;
    }
}
