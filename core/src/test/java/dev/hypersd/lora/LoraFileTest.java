package dev.hypersd.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.nn.ParameterSource;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Shapes;
import dev.hypersd.weights.SafetensorsWriter;
import dev.hypersd.weights.SafetensorsWriter.Declaration;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoraFileTest {
    private static final String MODULE = "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q";

    @TempDir
    Path directory;

    private final LoraTargets tiny = ModelUnderTest.of(
                    ParameterSource.SHAPES_ONLY, ModelUnderTest.TINY_UNET, ModelUnderTest.TINY_TEXT_ENCODER)
            .targets("SD 1.5");

    /** A file of tensors that hold 1 everywhere, alphas included. */
    private Path write(Map<String, String> metadata, Declaration... tensors) {
        return write(directory.resolve("style.safetensors"), metadata, List.of(tensors));
    }

    private static Path write(Path path, Map<String, String> metadata, List<Declaration> tensors) {
        try (SafetensorsWriter writer = SafetensorsWriter.create(path, tensors, metadata)) {
            for (Declaration tensor : tensors) {
                byte[] bytes = new byte
                        [(int) Shapes.count(tensor.shape()) * tensor.dtype().bytes()];
                for (int i = 0; tensor.dtype() == Dtype.F32 && i < bytes.length; i += 4) {
                    bytes[i + 2] = (byte) 0x80;
                    bytes[i + 3] = 0x3f;
                }
                writer.write(tensor.name(), MemorySegment.ofArray(bytes));
            }
            writer.commit();
        }
        return path;
    }

    private static Declaration f32(String name, long... shape) {
        return new Declaration(name, Dtype.F32, shape);
    }

    private static Declaration down(String module) {
        return f32(module + ".lora_A.weight", 4, 8);
    }

    private static Declaration up(String module) {
        return f32(module + ".lora_B.weight", 8, 4);
    }

    private double scale(Path path) {
        try (LoraFile file = LoraFile.open(path)) {
            assertThat(file.modules()).hasSize(1);
            return file.modules().getFirst().scale();
        }
    }

    @Test
    void theScaleIsAlphaByRankAndOneWithoutAlpha() {
        assertThat(scale(write(Map.of(), down(MODULE), up(MODULE)))).isEqualTo(1);
        assertThat(scale(write(Map.of(), down(MODULE), up(MODULE), f32(MODULE + ".alpha"))))
                .isEqualTo(0.25);
        assertThat(scale(write(Map.of(), down(MODULE), up(MODULE), f32(MODULE + ".alpha", 1))))
                .isEqualTo(0.25);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'unet.lora_alpha': 12, 'unet.r': 4} | 3",
                "{'text_encoder.lora_alpha': 12} | 1",
                "{'unet.lora_alpha': 12, 'unet.alpha_pattern': {'attn1.to_q': 2}} | 0.5",
                "{'unet.lora_alpha': 12, 'unet.alpha_pattern': {'1.to_q': 2}} | 3",
                "{'unet.lora_alpha': 12, 'unet.use_rslora': true} | 6",
                "{'unet.use_rslora': true} | 2",
            })
    void alphaIsReadFromTheHeader(String metadata, double scale) {
        Map<String, String> header = Map.of("lora_adapter_metadata", metadata.replace('\'', '"'));
        assertThat(scale(write(header, down(MODULE), up(MODULE)))).isEqualTo(scale);
        assertThat(scale(write(header, down(MODULE), up(MODULE), f32(MODULE + ".alpha"))))
                .as("a tensor has the last word")
                .isEqualTo(0.25);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'unet.lora_alpha': 'much'} | unet.lora_alpha must be a number",
                "[] | is not a JSON object",
                "{ | is not valid JSON",
            })
    void malformedHeadersAreRefused(String metadata, String reason) {
        Path path = write(Map.of("lora_adapter_metadata", metadata.replace('\'', '"')), down(MODULE), up(MODULE));
        assertThatThrownBy(() -> LoraFile.open(path))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("style.safetensors")
                .hasMessageContaining(reason);
    }

    @Test
    void incompleteModulesAreRefused() {
        assertRefused("module " + MODULE + " lacks its up half", down(MODULE));
        assertRefused("module " + MODULE + " lacks its down half", up(MODULE));
        assertRefused("module " + MODULE + " lacks both its halves", f32(MODULE + ".alpha"));
        assertRefused(
                "module " + MODULE + " has rank 4 in its down half [4, 8] and rank 3 in its up half [8, 3]",
                down(MODULE),
                f32(MODULE + ".lora_B.weight", 8, 3));
        assertRefused(
                "its filters must be 1x1",
                f32(MODULE + ".lora_A.weight", 4, 8, 3, 3),
                f32(MODULE + ".lora_B.weight", 8, 4, 3, 3));
        assertRefused("an alpha of shape [2]", down(MODULE), up(MODULE), f32(MODULE + ".alpha", 2));
        assertRefused(
                "is I8 [4, 8]; it must be floating-point",
                new Declaration(MODULE + ".lora_A.weight", Dtype.I8, 4, 8),
                up(MODULE));
    }

    private void assertRefused(String reason, Declaration... tensors) {
        Path path = write(Map.of(), tensors);
        assertThatThrownBy(() -> LoraFile.open(path))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("style.safetensors")
                .hasMessageContaining(reason);
    }

    @Test
    void anAdapterThatDoesNotFitIsRefusedWithTheLikelyModel() {
        String deeper = "unet.down_blocks.0.attentions.0.transformer_blocks.1.attn1.to_q";
        Path path = write(Map.of(), down(MODULE), up(MODULE), down(deeper), up(deeper));
        assertThatThrownBy(() -> Lora.fit(LoraFile.open(path), tiny))
                .isInstanceOf(InvalidFileException.class)
                .hasMessage(path + ": does not match SD 1.5: 1 of 2 modules fit no layer (first: " + deeper
                        + ": there is no such layer); it looks like an adapter for SDXL");
        try (Lora part = Lora.fitPartly(LoraFile.open(path), tiny)) {
            assertThat(part.changes()).hasSize(1);
            assertThat(part.skipped()).containsExactly(deeper + ": there is no such layer");
        }
    }

    @Test
    void anAdapterWithoutFittingModulesIsRefusedEvenWithPartialFit() {
        Path path = write(Map.of(), down("unet.no_such_layer"), up("unet.no_such_layer"));
        assertThatThrownBy(() -> Lora.fitPartly(LoraFile.open(path), tiny))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("does not match SD 1.5: 1 of 1 modules");
    }

    @Test
    void otherKindsOfAdaptersInTheFileAreReported() {
        Path path = write(Map.of(), down(MODULE), up(MODULE), f32("unet.other", 8, 8));
        assertThatThrownBy(() -> Lora.fit(LoraFile.open(path), tiny))
                .hasMessageContaining("unet.other: is no part of a LoRA");
        try (Lora part = Lora.fitPartly(LoraFile.open(path), tiny)) {
            assertThat(part.file().foreign()).containsExactly("unet.other");
            assertThat(part.changes()).hasSize(1);
        }
    }

    @Test
    void otherTensorsOfAModuleAreUsedOrRefused() {
        assertRefused(
                "module " + MODULE + " has a tensor " + MODULE + ".scalar of unknown meaning, so what it",
                down(MODULE),
                up(MODULE),
                f32(MODULE + ".scalar"));
        assertRefused(
                "module " + MODULE + " changes its weight in several ways at once: LoRA and a full difference",
                down(MODULE),
                up(MODULE),
                f32(MODULE + ".diff", 8, 8));
        assertRefused(
                "changes its bias twice",
                down(MODULE),
                up(MODULE),
                f32(MODULE + ".lora_B.bias", 8),
                f32(MODULE + ".diff_b", 8));
        assertRefused(
                "module " + MODULE + " has the same part twice, as " + MODULE + ".lora_A.one.weight and as " + MODULE
                        + ".lora_A.two.weight; write one adapter to a file",
                f32(MODULE + ".lora_A.one.weight", 4, 8),
                f32(MODULE + ".lora_A.two.weight", 4, 8));
        assertRefused(
                "has factors [4, 8] and [8, 4] that cannot be multiplied with its core [3, 4, 3, 3]",
                down(MODULE),
                up(MODULE),
                f32(MODULE + ".lora_mid.weight", 3, 4, 3, 3));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "oft_unet_mid_block_attentions_0_proj_in.oft_blocks | an OFT (orthogonal finetuning)",
                "unet.mid_block.attentions.0.proj_in.oft_R.default.weight | an OFT (orthogonal finetuning)",
                "lora_unet_mid_block_attentions_0_proj_in.a1.weight | a GLoRA (generalized LoRA)",
                "lora_unet_mid_block_attentions_0_proj_in.b2.weight | a GLoRA (generalized LoRA)",
                "lora_unet_mid_block_attentions_0_proj_in.on_input | an IA3 (rescaled activations)",
                "lora_unet_mid_block_attentions_0_proj_in.bias_values | a LyCORIS with sparse differences",
                "text_encoder.text_model.embeddings.token_embedding.lora_embedding_A | a LoRA of a table of tokens",
                "ip_adapter.1.to_k_ip.weight | an IP-Adapter (prompts by pictures)",
                "lllite_unet_input_blocks_4_1.conditioning1.0.weight | a ControlNet-LLLite",
                "down_blocks.0.motion_modules.0.proj_in.lora_A.weight | a motion module of AnimateDiff",
            })
    void unsupportedKindsOfAdaptersAreRefusedByName(String tensor, String kind) {
        assertRefused(
                "is " + kind + ", by its tensor " + tensor + ". That kind of adapter is not read",
                down(MODULE),
                up(MODULE),
                f32(tensor, 2, 4));
    }

    @Test
    void otherFilesAreNamedWithTheOptionThatTakesThem() {
        assertRefused("is a textual inversion and no LoRA: name it with --embedding", f32("emb_params", 2, 8));
        assertRefused("is a textual inversion and no LoRA: name it with --embedding", f32("clip_l", 2, 8));
        assertRefused(
                "holds unet and no LoRA: name it with --model, --unet, --vae or --control",
                f32("conv_in.weight", 4, 4, 3, 3),
                f32("down_blocks.0.resnets.0.conv1.weight", 4, 4, 3, 3));
    }

    @ParameterizedTest
    @CsvSource({
        "unet.input_blocks.1.1.proj_in, .lora_A.weight, .lora_B.weight",
        "unet.input_blocks.1.1.proj_in, .lora_down.weight, .lora_up.weight",
        "input_blocks.1.1.proj_in, .lora.down.weight, .lora.up.weight",
        "diffusion_model.input_blocks.1.1.proj_in, .lora_A.weight, .lora_B.weight",
        "unet.base_model.model.down_blocks.0.attentions.0.proj_in, .lora_A.weight, .lora_B.weight",
        "base_model.model.down_blocks.0.attentions.0.proj_in, .lora_A.default.weight, .lora_B.default.weight",
        "unet.down_blocks.0.attentions.0.proj_in, .lora_A.my-style.weight, .lora_B.my-style.weight",
    })
    void aLayerIsFoundByAllItsNames(String stem, String down, String up) {
        Path path = write(Map.of(), f32(stem + down, 4, 8), f32(stem + up, 8, 4));
        try (Lora lora = Lora.fit(LoraFile.open(path), tiny)) {
            assertThat(lora.changes())
                    .singleElement()
                    .satisfies(change ->
                            assertThat(change.target().name()).isEqualTo("down_blocks.0.attentions.0.proj_in.weight"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lora_te_text_model_encoder_layers_0_mlp_fc1",
                "lora_te1_text_model_encoder_layers_0_mlp_fc1",
                "lora_te_encoder_layers_0_mlp_fc1",
                "text_encoder.encoder.layers.0.mlp.fc1"
            })
    void aLayerOfATextEncoderIsFoundByAllItsNames(String stem) {
        Path path = write(Map.of(), f32(stem + ".lora_down.weight", 4, 12), f32(stem + ".lora_up.weight", 24, 4));
        try (Lora lora = Lora.fit(LoraFile.open(path), tiny)) {
            assertThat(lora.changes()).hasSize(1);
        }
    }

    @Test
    void aBiasOrNormThatTheModelDoesNotHaveIsRefused() {
        Path noBias = write(Map.of(), down(MODULE), up(MODULE), f32(MODULE + ".diff_b", 8));
        assertThatThrownBy(() -> Lora.fit(LoraFile.open(noBias), tiny))
                .hasMessageContaining(MODULE + ", bias: the layer has no bias to change");
        String norm = "unet.down_blocks.0.resnets.0.norm1";
        Path size = write(Map.of(), f32(norm + ".w_norm", 9), f32(norm + ".b_norm", 8));
        assertThatThrownBy(() -> Lora.fit(LoraFile.open(size), tiny))
                .hasMessageContaining(norm + ": differences [9] do not fit its weight [8]");
        Path factors = write(Map.of(), down(norm), up(norm));
        assertThatThrownBy(() -> Lora.fit(LoraFile.open(factors), tiny))
                .hasMessageContaining(norm + ": factors [8, 4] and [4, 8] do not fit its weight [8]");
    }

    @Test
    void learnedWordsOfTheFileAreNamed() {
        Path path = write(
                Map.of(),
                down(MODULE),
                up(MODULE),
                f32("bundle_emb.zork.string_to_param.*", 2, 12),
                f32("bundle_emb.blorp.clip_l", 2, 12));
        try (Lora lora = Lora.fit(LoraFile.open(path), tiny)) {
            assertThat(lora.file().words()).containsExactly("blorp", "zork");
        }
    }

    @Test
    void twoSpellingsOfOneLayerAreNotAddedUpInSilence() {
        String bare = MODULE.substring("unet.".length());
        Path path = write(Map.of(), down(MODULE), up(MODULE), down(bare), up(bare));
        assertThatThrownBy(() -> Lora.fit(LoraFile.open(path), tiny))
                .hasMessageContaining(bare + ": another module of the file changes this layer already");
    }

    @Property(tries = 300)
    void anyTensorsInAFileAreReadOrRefused(@ForAll("anyTensors") List<Declaration> tensors) throws IOException {
        Path path = Files.createTempFile("any", ".safetensors");
        Map<String, Declaration> distinct = new LinkedHashMap<>();
        tensors.forEach(tensor -> distinct.putIfAbsent(tensor.name(), tensor));
        write(path, Map.of(), new ArrayList<>(distinct.values()));
        try (LoraFile file = LoraFile.open(path)) {
            file.family();
            Lora.fit(file, tiny)
                    .changes()
                    .forEach(change -> assertThat(change.target().name()).endsWith(".weight"));
        } catch (InvalidFileException e) {
            assertThat(e.getMessage()).startsWith(path.toString());
        } finally {
            Files.delete(path);
        }
    }

    @Provide
    Arbitrary<List<Declaration>> anyTensors() {
        Arbitrary<String> pieces = Arbitraries.of(
                "unet.",
                "lora_unet_",
                "text_encoder.",
                "lora_te1_",
                "down_blocks.0.resnets.0.conv1",
                "input_blocks_1_0",
                "_in_layers_2",
                "mid_block",
                ".attentions.0.",
                "conv_in",
                "to_q",
                "_lora",
                ".processor.",
                "é",
                "");
        Arbitrary<String> suffixes = Arbitraries.of(
                ".lora_down.weight",
                ".lora_up.weight",
                ".lora_A.weight",
                ".lora_B.weight",
                ".alpha",
                ".lora.up.weight",
                "_lora.down.weight",
                ".hada_w1_a",
                "");
        Arbitrary<long[]> shapes = Arbitraries.longs()
                .between(0, 9)
                .list()
                .ofMaxSize(5)
                .map(sizes -> sizes.stream().mapToLong(Long::longValue).toArray());
        Arbitrary<String> names = Combinators.combine(pieces.list().ofMinSize(1).ofMaxSize(3), suffixes)
                .as((stem, suffix) -> String.join("", stem) + suffix)
                .filter(name -> !name.isEmpty());
        return Combinators.combine(names, Arbitraries.of(Dtype.F32, Dtype.F32, Dtype.F16, Dtype.I64), shapes)
                .as(Declaration::new)
                .list()
                .ofMaxSize(6);
    }
}
