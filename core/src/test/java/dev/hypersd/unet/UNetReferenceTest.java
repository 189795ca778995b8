package dev.hypersd.unet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Parameters;
import dev.hypersd.nn.StoredParameters;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.reference.ReferenceModels;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The U-Net against the reference implementation, by the tolerances of the golden data (four times fp32 rounding and
 * more).
 */
class UNetReferenceTest {
    private static final String GRADIENT = "out.grad.";

    static Stream<String> cases() {
        return ReferenceCase.names("unet", "").stream();
    }

    @Test
    void thereAreCases() {
        assertThat(cases()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void predictionMatchesReference(String name) {
        Engine.infer(() -> {
            try (ReferenceCase golden = ReferenceCase.open("unet", name);
                    TensorArena arena = new TensorArena()) {
                Network network = Network.open(golden.model("unet"), arena);
                Conditioning conditioning = conditioning(golden, network.unet().config());
                Tensor sample = network.unet().forward(golden.in("sample"), golden.in("timestep"), conditioning);

                golden.assertMatches("sample", sample);
                if (golden.has("out.timestep_cond")) {
                    golden.assertMatches(
                            "timestep_cond", conditioning.guidance().orElseThrow());
                }
            }
            return name;
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyTensorOfTheFileIsUsed(String name) {
        Engine.infer(() -> {
            try (ReferenceCase golden = ReferenceCase.open("unet", name);
                    TensorArena arena = new TensorArena()) {
                assertThat(Network.open(golden.model("unet"), arena).source().unused())
                        .isEmpty();
            }
            return name;
        });
    }

    static Stream<String> gradientCases() {
        return cases().filter(name -> name.endsWith("_grads"));
    }

    @ParameterizedTest
    @MethodSource("gradientCases")
    void gradientsMatchReference(String name) {
        Engine.call(() -> {
            try (PointerScope scope = new PointerScope();
                    ReferenceCase golden = ReferenceCase.open("unet", name);
                    TensorArena arena = new TensorArena()) {
                Network network = Network.open(golden.model("unet"), arena);
                network.parameters().all().forEach(p -> p.base().set_requires_grad(true));
                Tensor sample = network.unet()
                        .forward(
                                golden.in("sample"),
                                golden.in("timestep"),
                                conditioning(golden, network.unet().config()));
                Tensor loss = sample.pow(new Scalar(2)).mean(new ScalarTypeOptional());
                loss.backward();

                golden.assertMatches("loss", loss.reshape(1));
                List<String> gradients = golden.tensorNames(GRADIENT);
                assertThat(gradients).isNotEmpty();
                for (String gradient : gradients) {
                    Parameter parameter = network.parameters().taken().get(gradient.substring(GRADIENT.length()));
                    assertThat(parameter).as(gradient).isNotNull();
                    golden.assertMatches(
                            gradient.substring("out.".length()),
                            parameter.base().grad());
                }
            }
            return name;
        });
    }

    private static Conditioning conditioning(ReferenceCase golden, UNetConfig config) {
        Conditioning conditioning = Conditioning.of(golden.in("encoder_hidden_states"));
        if (golden.has("in.text_embeds")) {
            conditioning = conditioning.with(new Conditioning.Added(golden.in("text_embeds"), golden.in("time_ids")));
        }
        if (golden.has("in.guidance_w")) {
            conditioning = conditioning.withGuidance(Conditioning.guidanceEmbedding(
                    golden.in("guidance_w"), config.guidanceDimension().orElseThrow()));
        }
        if (golden.has("in.mid_residual")) {
            int count = golden.tensorNames("in.down_residual_").size();
            conditioning = conditioning.with(new Conditioning.Residuals(
                    Stream.iterate(0, i -> i < count, i -> i + 1)
                            .map(i -> golden.in("down_residual_" + i))
                            .toList(),
                    golden.in("mid_residual")));
        }
        return conditioning;
    }

    private record Network(UNet2DConditionModel unet, Parameters parameters, StoredParameters source) {
        static Network open(Path model, TensorArena arena) {
            StoredParameters source = new StoredParameters(arena.own(ReferenceModels.weights(model)), Dtype.F32, arena);
            Parameters parameters = new Parameters(source);
            UNetConfig config = UNetConfig.from(ReferenceModels.config(model));
            return new Network(new UNet2DConditionModel(config, parameters), parameters, source);
        }
    }
}
