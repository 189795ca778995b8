package dev.hypersd.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.reference.BadInput;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.unet.Conditioning;
import dev.hypersd.unet.UNet2DConditionModel;
import dev.hypersd.vae.AutoencoderKl;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class ModelPartTest {
    private static final Map<String, NetworkType<?, ?>> TYPES = Map.of(
            "AutoencoderTiny", NetworkType.AUTOENCODER_TINY,
            "AutoencoderKL", NetworkType.AUTOENCODER_KL,
            "UNet2DConditionModel", NetworkType.UNET);

    @TestFactory
    Stream<DynamicTest> brokenNetworksAreRefused() {
        return Stream.concat(BadInput.tests("w_", ModelPartTest::load), BadInput.tests("idx_", ModelPartTest::load));
    }

    private static void load(BadInput input) {
        NetworkType<?, ?> type = TYPES.get(input.load("class"));
        assertThat(type).as("type of " + input.load("class")).isNotNull();
        try (TensorArena arena = new TensorArena()) {
            ModelPart.in(input.path()).load(type, Dtype.F32, arena);
        }
    }

    @Test
    void tensorsThatNoLayerKnowsAreNamedInAWarning() {
        Path folder = ReferenceCase.root().resolve("formats/bad/w_extra_tensor");
        assertThat(warnings(folder))
                .singleElement()
                .asString()
                .contains("diffusion_pytorch_model.safetensors: 1 tensors", "unexpected.weight");
    }

    @Test
    void unknownKeysOfAConfigurationAreNamedInAWarning() {
        Path folder = ReferenceCase.root().resolve("formats/bad/w_config_unknown_key");
        assertThat(warnings(folder)).singleElement().asString().contains("config.json", "some_new_option");
    }

    @Test
    void aTextEncoderOfTheOtherKindIsRefused() {
        ModelPart encoder = ModelFiles.open(ReferenceCase.root().resolve("pipelines/models/sdxl"))
                .part("text_encoder_2");
        try (TensorArena arena = new TensorArena()) {
            assertThatThrownBy(() -> encoder.load(NetworkType.CLIP_TEXT, Dtype.F32, arena))
                    .hasMessageContaining("architectures is CLIPTextModelWithProjection, not CLIPTextModel");
            assertThat(encoder.load(NetworkType.CLIP_TEXT_WITH_PROJECTION, Dtype.F32, arena))
                    .isNotNull();
        }
    }

    @Test
    void anUnknownNetworkClassIsRefusedByName() {
        ModelPart scheduler = ModelFiles.open(ReferenceCase.root().resolve("pipelines/models/sdxl"))
                .part("scheduler");
        assertThatThrownBy(() -> NetworkType.of(scheduler.config()))
                .hasMessageContaining("_class_name is \"EulerDiscreteScheduler\", no network known here");
    }

    static Stream<String> shardedUNets() {
        return ReferenceCase.names("formats", "unet_sharded").stream();
    }

    @ParameterizedTest
    @MethodSource("shardedUNets")
    void aShardedUNetComputesWhatTheReferenceDoes(String name) {
        Engine.infer(() -> {
            try (ReferenceCase golden = ReferenceCase.open("formats", name);
                    TensorArena arena = new TensorArena()) {
                UNet2DConditionModel unet =
                        part(golden).load(NetworkType.UNET, Dtype.F32, arena).network();
                assertMatches(
                        golden,
                        unet.forward(
                                golden.tensor("input.sample"),
                                golden.tensor("input.timestep"),
                                Conditioning.of(golden.tensor("input.encoder_hidden_states"))));
            }
            return name;
        });
    }

    static Stream<String> halfPrecisionAutoencoders() {
        return ReferenceCase.names("formats", "vae_bf16").stream();
    }

    @ParameterizedTest
    @MethodSource("halfPrecisionAutoencoders")
    void anAutoencoderInBf16ComputesWhatTheReferenceDoes(String name) {
        Engine.infer(() -> {
            try (ReferenceCase golden = ReferenceCase.open("formats", name);
                    TensorArena arena = new TensorArena()) {
                AutoencoderKl vae = part(golden)
                        .load(NetworkType.AUTOENCODER_KL, Dtype.F32, arena)
                        .network();
                // The reference decodes without the scaling that decode() takes back.
                assertMatches(golden, vae.decode(vae.scale(golden.tensor("input.z"))));
            }
            return name;
        });
    }

    private static ModelPart part(ReferenceCase golden) {
        return ModelPart.in(
                golden.directory().resolve(golden.json().get("model").asString()));
    }

    private static void assertMatches(ReferenceCase golden, Tensor got) {
        JsonNode tolerance = golden.json().get("tolerances").get("expected.sample");
        golden.assertClose(
                "expected.sample",
                got,
                tolerance.get("atol").asDouble(),
                tolerance.get("rtol").asDouble());
    }

    /** Returns the messages that are logged while the tiny autoencoder in {@code folder} loads. */
    private static List<String> warnings(Path folder) {
        List<String> messages = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                messages.add(MessageFormat.format(entry.getMessage(), entry.getParameters()));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("dev.hypersd");
        logger.addHandler(handler);
        try (TensorArena arena = new TensorArena()) {
            ModelPart.in(folder).load(NetworkType.AUTOENCODER_TINY, Dtype.F32, arena);
        } finally {
            logger.removeHandler(handler);
        }
        return messages;
    }
}
