package dev.hypersd.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.nn.LowRank;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.ParameterSource;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoraWriterTest {
    /** The layers that few-step LoRAs change: everything but the stem and the normalisations. */
    private static final Pattern USUAL_TARGETS = Pattern.compile(
            ".*\\.(to_q|to_k|to_v|to_out\\.0|proj_in|proj_out|ff\\.net\\.0\\.proj|ff\\.net\\.2|conv1|conv2|"
                    + "conv_shortcut"
                    + "|time_emb_proj|(down|up)samplers\\.0\\.conv)\\.weight");

    private static final Pattern ATTENTION =
            Pattern.compile(".*\\.(attn[12]\\.(to_[qkv]|to_out\\.0)|self_attn\\.(q|k|v|out)_proj)\\.weight");

    @Property(tries = 40)
    void writtenLorasAreReadBack(
            @ForAll Spelling spelling,
            @ForAll boolean twoTextEncoders,
            @ForAll @LongRange(min = 1, max = 5) long rank,
            @ForAll @DoubleRange(min = -4, max = 16) double alpha,
            @ForAll Random random)
            throws IOException {
        Path file = Files.createTempFile("lora", ".safetensors");
        ModelUnderTest model = twoTextEncoders
                ? ModelUnderTest.of(
                        ParameterSource.SHAPES_ONLY,
                        ModelUnderTest.TINY_UNET,
                        ModelUnderTest.TINY_TEXT_ENCODER,
                        ModelUnderTest.TINY_TEXT_ENCODER)
                : ModelUnderTest.of(
                        ParameterSource.SHAPES_ONLY, ModelUnderTest.TINY_UNET, ModelUnderTest.TINY_TEXT_ENCODER);
        LoraTargets targets = model.targets("a tiny model");
        Engine.infer(() -> {
            List<Factors> factors = model.weights().stream()
                    .filter(p -> random.nextBoolean() || p.name().contains("attn"))
                    .filter(p -> spelling != Spelling.PROCESSOR
                            || ATTENTION.matcher(p.name()).matches())
                    .map(p -> RandomFactors.of(p, rank, alpha, random))
                    .toList();
            new LoraWriter(targets, spelling, Dtype.F32).write(file, factors, Map.of("ss_note", "a test"));
            try (Lora lora = Lora.fit(LoraFile.open(file), targets)) {
                assertThat(lora.file().metadata()).containsEntry("ss_note", "a test");
                Map<Parameter, Lora.Change> read =
                        lora.changes().stream().collect(Collectors.toMap(Lora.Change::target, change -> change));
                assertThat(read).hasSameSizeAs(factors);
                for (Factors written : factors) {
                    Lora.Change change = read.get(written.target());
                    assertThat(change).as(written.target().name()).isNotNull();
                    float[] expected = delta(written.up(), written.down(), written.scale());
                    float[] actual = delta(
                            change.module().product().up().load(),
                            change.module().product().down().load(),
                            change.module().scale());
                    for (int i = 0; i < expected.length; i++) {
                        // The scale may be multiplied in before or after, and alpha is stored in F32: a few roundings.
                        assertThat(actual[i]).isCloseTo(expected[i], within(1e-4f));
                    }
                }
            }
            return file;
        });
        Files.delete(file);
    }

    /**
     * Any alpha survives where the spelling has a place for it; elsewhere it is multiplied in, which costs nothing
     * where alpha / rank is a power of two.
     */
    @Property(tries = 20)
    void conversionThereAndBackIsExactToTheBit(
            @ForAll Spelling spelling,
            @ForAll @LongRange(min = 1, max = 5) long rank,
            @ForAll @DoubleRange(min = 0.01, max = 100) double any,
            @ForAll @IntRange(min = -6, max = 6) int exponent,
            @ForAll Random random)
            throws IOException {
        double alpha = spelling.hasAlpha() ? (float) any : Math.scalb((double) rank, exponent);
        ModelUnderTest model = ModelUnderTest.of(
                ParameterSource.SHAPES_ONLY, ModelUnderTest.TINY_UNET, ModelUnderTest.TINY_TEXT_ENCODER);
        LoraTargets targets = model.targets("a tiny model");
        Path file = Files.createTempFile("lora", ".safetensors");
        Engine.infer(() -> {
            List<Factors> given = model.weights().stream()
                    .filter(p -> spelling != Spelling.PROCESSOR
                            || ATTENTION.matcher(p.name()).matches())
                    .map(p -> RandomFactors.of(p, rank, alpha, random))
                    .toList();
            List<Factors> there = written(file, targets, spelling, given);
            List<Factors> back = written(file, targets, Spelling.KOHYA, there);
            Map<Parameter, Factors> byTarget =
                    back.stream().collect(Collectors.toMap(Factors::target, factors -> factors));
            assertThat(byTarget).hasSameSizeAs(given);
            for (Factors before : given) {
                Factors after = Objects.requireNonNull(byTarget.get(before.target()));
                assertThat(Tensors.toFloats(after.down())).isEqualTo(Tensors.toFloats(before.down()));
                assertThat(scaledUp(after)).isEqualTo(scaledUp(before));
                if (spelling.hasAlpha()) {
                    assertThat(after.alpha()).isEqualTo(before.alpha());
                }
            }
            return file;
        });
        Files.delete(file);
    }

    private static List<Factors> written(Path file, LoraTargets targets, Spelling spelling, List<Factors> factors) {
        new LoraWriter(targets, spelling, Dtype.F32).write(file, factors, Map.of());
        try (Lora lora = Lora.fit(LoraFile.open(file), targets)) {
            return lora.changes().stream()
                    .map(change -> new Factors(
                            change.target(),
                            change.module().product().down().load().clone(),
                            change.module().product().up().load().clone(),
                            change.module().alpha()))
                    .toList();
        }
    }

    private static float[] scaledUp(Factors factors) {
        return Tensors.toFloats(factors.up().mul(new Scalar(factors.scale())));
    }

    private static float[] delta(Tensor up, Tensor down, double scale) {
        long[] shape = Tensors.shape(down);
        shape[0] = up.size(0);
        return Tensors.toFloats(
                new LowRank(down, up, scale).addedTo(Tensors.of(new float[(int) Shapes.count(shape)], shape)));
    }

    @ParameterizedTest
    @CsvSource({
        "SD 1.5, KOHYA",
        "SD 1.5, KOHYA_LATENT_DIFFUSION",
        "SD 1.5, PEFT",
        "SDXL, KOHYA",
        "SDXL, KOHYA_LATENT_DIFFUSION",
        "SDXL, PEFT"
    })
    void theUsualTargetsOfFullSizeModelsAreAllFound(String family, Spelling spelling, @TempDir Path directory) {
        boolean xl = family.equals("SDXL");
        ModelUnderTest model = ModelUnderTest.of(
                ParameterSource.SHAPES_ONLY, xl ? ModelUnderTest.SDXL_UNET : ModelUnderTest.SD15_UNET);
        LoraTargets targets = model.targets(family);
        Path file = directory.resolve("lora.safetensors");
        Engine.infer(() -> {
            List<Factors> factors = model.weights().stream()
                    .filter(p -> USUAL_TARGETS.matcher(p.name()).matches())
                    .map(p -> RandomFactors.of(p, 1, 1, new Random(1)))
                    .toList();
            // The number of modules of the published rank-64 LoRAs, Hyper-SD's among them.
            assertThat(factors).hasSize(xl ? 788 : 278);
            new LoraWriter(targets, spelling, Dtype.F16).write(file, factors, Map.of());
            try (Lora lora = Lora.fit(LoraFile.open(file), targets)) {
                assertThat(lora.changes().stream().map(Lora.Change::target).collect(Collectors.toSet()))
                        .isEqualTo(factors.stream().map(Factors::target).collect(Collectors.toSet()));
                assertThat(lora.file().family()).contains(family);
                assertThat(lora.file().ranks()).containsExactly(1L);
            }
            return file;
        });
    }

    @Test
    void aModuleWithoutNameInTheSpellingIsRefused(@TempDir Path directory) {
        ModelUnderTest model = ModelUnderTest.of(ParameterSource.SHAPES_ONLY, ModelUnderTest.TINY_UNET);
        LoraWriter writer = new LoraWriter(model.targets("a tiny model"), Spelling.PROCESSOR, Dtype.F32);
        Engine.infer(() -> {
            Parameter conv = model.weights().getFirst();
            List<Factors> factors = List.of(RandomFactors.of(conv, 1, 1, new Random(1)));
            assertThatThrownBy(() -> writer.write(directory.resolve("x.safetensors"), factors, Map.of()))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("conv_in.weight cannot be written in the spelling PROCESSOR");
            assertThat(directory).isEmptyDirectory();
            return conv;
        });
    }
}
