package dev.hypersd.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hypersd.clip.ClipTextOutput;
import dev.hypersd.nn.Adapters;
import dev.hypersd.nn.Parameter;
import dev.hypersd.reference.BadInput;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.unet.Conditioning;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Adapters in every spelling against the reference implementation, by the tolerances of the golden data. */
class LoraReferenceTest {
    private static final String FUSED_WEIGHT = "fused_weight.";

    static Stream<String> cases() {
        return ReferenceCase.names("lora", "").stream();
    }

    @Test
    void thereAreCases() {
        assertThat(cases()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void outputsMatchReferenceAtEachWeighting(String name) {
        Engine.infer(() -> {
            try (ReferenceCase golden = ReferenceCase.open("lora", name);
                    TensorArena arena = new TensorArena()) {
                ModelUnderTest model = ModelUnderTest.open(directories(golden), arena);
                compare("base", Adapters.NONE, model, golden);
                for (Map.Entry<String, JsonNode> weighting :
                        golden.arg("weightings").properties()) {
                    compare(weighting.getKey(), merged(golden, weighting.getKey(), model, arena), model, golden);
                }
                compare("fused", fused(golden, model, arena), model, golden);
                compare("base", Adapters.NONE, model, golden);
            }
            return name;
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void mergedWeightsMatchReference(String name) {
        Engine.infer(() -> {
            try (ReferenceCase golden = ReferenceCase.open("lora", name);
                    TensorArena arena = new TensorArena()) {
                ModelUnderTest model = ModelUnderTest.open(directories(golden), arena);
                Adapters adapters = fused(golden, model, arena);
                List<String> whole = golden.tensorNames("out." + FUSED_WEIGHT);
                assertThat(whole).isNotEmpty();
                for (String tensor : whole) {
                    String parameter = tensor.substring(("out." + FUSED_WEIGHT).length());
                    golden.assertMatches(
                            FUSED_WEIGHT + parameter,
                            adapters.apply(parameter(model, parameter)).whole());
                }
                JsonNode layers = golden.json().get("expected").get("layers");
                Set<Parameter> changed = new HashSet<>();
                for (Map.Entry<String, JsonNode> layer : layers.properties()) {
                    Parameter parameter = parameter(model, layer.getKey());
                    Tensor weight = adapters.apply(parameter).whole();
                    assertNorm(layer.getKey(), weight, layer.getValue().get(0), golden);
                    assertNorm(
                            layer.getKey() + " change",
                            weight.sub(parameter.base()),
                            layer.getValue().get(1),
                            golden);
                    changed.add(parameter);
                }
                model.parameters().values().stream()
                        .flatMap(network -> network.values().stream())
                        .filter(parameter -> !changed.contains(parameter))
                        .forEach(parameter ->
                                assertThat(adapters.apply(parameter).whole()).isSameAs(parameter.base()));
            }
            return name;
        });
    }

    @TestFactory
    Stream<DynamicTest> badAdaptersAreRefusedByNameAndReason() {
        return BadInput.tests("lora_", input -> {
            Path onto = input.path().resolveSibling(input.load("onto")).normalize();
            Map<Component, Path> directories = new EnumMap<>(Component.class);
            for (Component component : Component.values()) {
                Path directory = onto.resolve(component.folder());
                if (Files.isDirectory(directory)) {
                    directories.put(component, directory);
                }
            }
            LoraTargets targets = ModelUnderTest.shapes(directories).targets("SD 1.5");
            Lora.fit(LoraFile.open(input.path()), targets).close();
        });
    }

    private static Map<Component, Path> directories(ReferenceCase golden) {
        Map<Component, Path> directories = new EnumMap<>(Component.class);
        for (Component component : Component.values()) {
            if (golden.json().get("models").has(component.folder())) {
                directories.put(component, golden.model(component.folder()));
            }
        }
        return directories;
    }

    private static Adapters fused(ReferenceCase golden, ModelUnderTest model, TensorArena arena) {
        return merged(golden, golden.arg("fused_weighting").asString(), model, arena);
    }

    private static Adapters merged(ReferenceCase golden, String weighting, ModelUnderTest model, TensorArena arena) {
        LoraTargets targets = model.targets("the model");
        List<WeightedLora> loras = golden.arg("weightings").get(weighting).properties().stream()
                .map(weight -> new WeightedLora(
                        arena.own(Lora.fit(
                                LoraFile.open(ReferenceCase.root()
                                        .resolve(golden.arg("loras")
                                                .get(weight.getKey())
                                                .asString())),
                                targets)),
                        weight.getValue().asDouble()))
                .toList();
        return arena.own(MergedAdapters.merge(loras));
    }

    private static void compare(String label, Adapters adapters, ModelUnderTest model, ReferenceCase golden) {
        Tensor sample = adapters.during(() ->
                model.unet().orElseThrow().forward(golden.in("sample"), golden.in("timestep"), conditioning(golden)));
        golden.assertMatches(label + ".sample", sample);
        model.textEncoders().forEach((component, encoder) -> {
            ClipTextOutput output = adapters.during(() -> encoder.forward(golden.in("input_ids")));
            golden.assertMatches(label + "." + component.folder(), output.lastHiddenState());
            if (encoder.config().projection().isPresent()) {
                golden.assertMatches(label + ".text_embeds", output.pooled());
            }
        });
    }

    private static Conditioning conditioning(ReferenceCase golden) {
        Conditioning conditioning = Conditioning.of(golden.in("encoder_hidden_states"));
        return golden.has("in.text_embeds")
                ? conditioning.with(new Conditioning.Added(golden.in("text_embeds"), golden.in("time_ids")))
                : conditioning;
    }

    /** {@code unet.conv_in.weight}: the network, then the parameter. */
    private static Parameter parameter(ModelUnderTest model, String name) {
        return Stream.of(Component.values())
                .filter(component -> name.startsWith(component.folder() + "."))
                .flatMap(component -> Stream.ofNullable(model.parameters()
                        .getOrDefault(component, Map.of())
                        .get(name.substring(component.folder().length() + 1))))
                .findFirst()
                .orElseThrow();
    }

    private static void assertNorm(String what, Tensor tensor, JsonNode expected, ReferenceCase golden) {
        double norm = expected.asDouble();
        JsonNode tolerance = golden.json().get("tolerance");
        assertThat((double) tensor.norm().item_float())
                .as(what)
                .isCloseTo(
                        norm,
                        within(tolerance.get("atol").asDouble()
                                + norm * tolerance.get("rtol").asDouble()));
    }
}
