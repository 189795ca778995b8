package dev.hypersd.controlnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.checkpoint.Checkpoint;
import dev.hypersd.controlnet.ControlNet.ResidualScaling;
import dev.hypersd.json.Json;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.StoredParameters;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.reference.ReferenceModels;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.unet.Conditioning;
import dev.hypersd.unet.Conditioning.Residuals;
import dev.hypersd.unet.UNet2DConditionModel;
import dev.hypersd.unet.UNetConfig;
import dev.hypersd.weights.WeightSource;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * ControlNets against the reference implementation, by the tolerances of the golden data (four times fp32 rounding and
 * more).
 */
class ControlNetReferenceTest {
    static Stream<String> cases() {
        return ReferenceCase.names("controlnet", "").stream();
    }

    static Stream<String> singleFiles() {
        return ReferenceCase.names("formats", "controlnet_").stream();
    }

    @Test
    void thereAreCases() {
        assertThat(cases()).isNotEmpty();
        assertThat(singleFiles()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void residualsMatchReference(String name) {
        Engine.infer(() -> {
            try (ReferenceCase golden = ReferenceCase.open("controlnet", name);
                    TensorArena arena = new TensorArena()) {
                Path model = golden.model("controlnet");
                ControlNet network = open(
                        ReferenceModels.weights(model), ControlNetConfig.from(ReferenceModels.config(model)), arena);
                Conditioning conditioning = conditioning(golden);
                Tensor picture = golden.in("controlnet_cond");
                Tensor embedded = network.embed(picture);
                Residuals residuals = network.forward(
                        golden.in("sample"),
                        golden.in("timestep"),
                        conditioning,
                        embedded,
                        golden.arg("conditioning_scale").asDouble(),
                        golden.arg("guess_mode").asBoolean() ? ResidualScaling.LOGARITHMIC : ResidualScaling.UNIFORM);

                // The reference's embedding alone is of the channels as they are; the network reverses them before.
                boolean reversed = network.config().order() == ControlNetConfig.ChannelOrder.BGR;
                golden.assertMatches("cond_embedding", reversed ? network.embed(picture.flip(1)) : embedded);
                assertThat(residuals.skips()).hasSameSizeAs(golden.tensorNames("out.down_"));
                for (int i = 0; i < residuals.skips().size(); i++) {
                    golden.assertMatches("down_" + i, residuals.skips().get(i));
                }
                golden.assertMatches("mid", residuals.middle());
                if (golden.has("out.unet_sample")) {
                    golden.assertMatches(
                            "unet_sample",
                            unet(golden.model("unet"), arena)
                                    .forward(golden.in("sample"), golden.in("timestep"), conditioning.with(residuals)));
                }
            }
            return name;
        });
    }

    @ParameterizedTest
    @MethodSource("singleFiles")
    void aFileInTheOriginalSpellingGivesTheSame(String name) {
        Engine.infer(() -> {
            try (ReferenceCase golden = ReferenceCase.open("formats", name);
                    TensorArena arena = new TensorArena()) {
                JsonNode json = golden.json();
                Path file = golden.directory().resolve(json.path("single_file").asString());
                Path config = golden.directory().resolve(json.path("config").asString(), "config.json");
                WeightSource weights = Checkpoint.recognise(file).open("controlnet");
                ControlNetConfig described = ControlNetConfig.from(Json.read(config));
                ControlNetConfig told = ControlNetConfig.of(weights, described.unet());
                assertThat(told.embeddingChannels()).isEqualTo(described.embeddingChannels());
                ControlNet network = open(weights, told, arena);
                Residuals residuals = network.forward(
                        golden.tensor("input.sample"),
                        golden.tensor("input.timestep"),
                        Conditioning.of(golden.tensor("input.encoder_hidden_states")),
                        network.embed(golden.tensor("input.cond")),
                        1,
                        ResidualScaling.UNIFORM);
                assertClose(golden, "expected.down0", residuals.skips().getFirst());
                assertClose(golden, "expected.down_last", residuals.skips().getLast());
                assertClose(golden, "expected.mid", residuals.middle());
            }
            return name;
        });
    }

    private static void assertClose(ReferenceCase golden, String name, Tensor got) {
        JsonNode tolerance = golden.json().path("tolerances").path(name);
        golden.assertClose(
                name,
                got,
                tolerance.path("atol").asDouble(),
                tolerance.path("rtol").asDouble());
    }

    private static ControlNet open(WeightSource weights, ControlNetConfig config, TensorArena arena) {
        StoredParameters source = new StoredParameters(arena.own(weights), Dtype.F32, arena);
        ControlNet network = new ControlNet(config, new Parameters(source));
        assertThat(source.unused()).isEmpty();
        return network;
    }

    private static UNet2DConditionModel unet(Path model, TensorArena arena) {
        StoredParameters source = new StoredParameters(arena.own(ReferenceModels.weights(model)), Dtype.F32, arena);
        return new UNet2DConditionModel(UNetConfig.from(ReferenceModels.config(model)), new Parameters(source));
    }

    private static Conditioning conditioning(ReferenceCase golden) {
        Conditioning text = Conditioning.of(golden.in("encoder_hidden_states"));
        return golden.has("in.text_embeds")
                ? text.with(new Conditioning.Added(golden.in("text_embeds"), golden.in("time_ids")))
                : text;
    }
}
