package dev.hypersd.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.evaluation.ComparisonRun.Settings;
import dev.hypersd.evaluation.Contestant;
import dev.hypersd.evaluation.StoppingRule;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.recipe.ComparisonRecipe.PromptSource;
import dev.hypersd.request.CaptionChoice;
import dev.hypersd.request.Guidance;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.sampler.Steps;
import dev.hypersd.schedule.PredictionType;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.WeightStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The methods of a comparison become requests to their models. */
class ComparisonRecipeTest {
    @TempDir
    private Path folder;

    @Test
    void aMethodWithoutAPresetDrawsByDdimWithoutGuidanceUnlessItSaysOtherwise() throws IOException {
        assertThat(contestant("steps: [4]", "base", 4).request())
                .isEqualTo(ImageRequest.of("")
                        .sampler(Samplers.named("ddim"))
                        .steps(4)
                        .guidance(Guidance.of(1))
                        .build());
        assertThat(contestant(
                                "steps: [2], loras: [a.safetensors], weight: 0.5, sampler: tcd, eta: 0.6, guidance: 3",
                                "base",
                                2)
                        .request())
                .isEqualTo(ImageRequest.of("")
                        .sampler(Samplers.named("tcd").withEta(0.6))
                        .steps(2)
                        .guidance(Guidance.of(3))
                        .lora(new LoraWeight(Path.of("a.safetensors"), 0.5))
                        .build());
        assertThat(contestant("steps: [4], eta: 0.5", "base", 4).request().sampler())
                .hasValue(Samplers.named("ddim").withEta(0.5));
    }

    @Test
    void aPresetsOwnTimestepsHoldWhereAMethodTakesAsManySteps() throws IOException {
        assertThat(contestant("steps: [1]", "Hyper-SDXL-1step-Unet", 1).request())
                .satisfies(request -> assertThat(request.steps()).isEqualTo(Steps.at(800)))
                .satisfies(request -> assertThat(request.sampler()).hasValue(Samplers.named("lcm")));
        Contestant other = contestant("steps: [2]", "Hyper-SDXL-1step-Unet", 2);
        assertThat(other.request().steps()).isEqualTo(Steps.of(2));
        assertThat(other.warnings()).containsExactly("Hyper-SDXL-1step-Unet was distilled for 1 steps, not 2");
    }

    @ParameterizedTest
    @CsvSource({"'', 1", "', eta: 0', 0", "', eta: 0.6', 0.6"})
    void anAbsentEtaIsThePresetsAndZeroCanBeChosen(String eta, double drawn) throws IOException {
        assertThat(contestant("steps: [1], loras: [Hyper-SD15-1step-lora.safetensors]" + eta, "base", 1)
                        .request()
                        .sampler())
                .hasValue(Samplers.named("tcd").withEta(drawn));
    }

    @Test
    void anEtaForASamplerWithoutOneIsRefused() {
        assertThatThrownBy(() -> contestant("steps: [1], sampler: euler, eta: 0", "base", 1))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("euler has no eta");
    }

    /** So tables and judgements of earlier versions hold. */
    @ParameterizedTest
    @ValueSource(strings = {"mini", "mini/methods", "mini/styles"})
    void theRecipesThatComeWithTheProgramDrawExactlyWhatTheySay(String name) {
        Path file = Path.of("../recipes").resolve(name).resolve("compare.yaml");
        Iterator<Contestant> contestants =
                ComparisonRecipe.read(file, List.of()).contestants().iterator();
        for (JsonNode method : new YAMLMapper().readTree(file).path("methods")) {
            Sampler named = Samplers.named(method.path("sampler").asString("ddim"));
            for (JsonNode steps : method.path("steps")) {
                ImageRequest.Builder said = ImageRequest.of("")
                        .sampler(
                                method.has("eta")
                                        ? named.withEta(method.get("eta").asDouble())
                                        : named)
                        .steps(steps.asInt());
                method.path("loras").forEach(lora -> said.lora(new LoraWeight(Path.of(lora.asString()), 1)));
                Contestant contestant = contestants.next();
                Guidance guidance = contestant.request().guidance();
                assertThat(contestant.request())
                        .isEqualTo(said.guidance(guidance).build());
                assertThat(guidance.isOn() ? guidance.scale() : 1)
                        .isEqualTo(method.path("guidance").asDouble(1));
                assertThat(contestant.warnings()).isEmpty();
            }
        }
        assertThat(contestants).isExhausted();
    }

    @Test
    void aMethodHasItsOwnModelAndAllOptionsOfPicturesAndFilesAreBelowTheFolderOfWeights() throws IOException {
        ComparisonRecipe recipe = recipe("""
            weights: W
            judges: judges
            output: out
            prompts: coco.json:20
            captions: random:3
            pictures: true
            reference: val2017
            stop_when_clear: {level: 0.01, looks: 4, figures: [CLIP score]}
            baseline: other
            defaults: {model: base, dtype: bf16, size: 512x512, steps: [4, 2], tiled: true}
            methods:
              - name: lightning
                unet: light.safetensors
                prediction: sample
                vae: vae.safetensors
                variant: fp16
                timesteps: [999]
                loras: [a.safetensors:0.5, {name: b.safetensors, weight: 2}, c.safetensors]
                weight: 0.25
                clip_skip: 1
                device: cuda
                weight_storage: as_stored
              - {name: other, model: one.safetensors, config_from: sdxl, size: 64x64}
            """);
        assertThat(recipe.judges()).hasValue(Path.of("W/judges"));
        assertThat(recipe.output()).isEqualTo(Path.of("out"));
        assertThat(recipe.prompts())
                .isEqualTo(
                        new PromptSource(Path.of("W/coco.json:20").toString(), Optional.of(CaptionChoice.random(3))));
        assertThat(recipe.settings())
                .isEqualTo(new Settings(
                        8,
                        50,
                        List.of(0L),
                        true,
                        false,
                        Optional.of(Path.of("W/val2017")),
                        Optional.of(new StoppingRule(0.01, 4, List.of("CLIP score")))));
        Contestant lightning = recipe.contestants().getFirst();
        assertThat(lightning.model())
                .isEqualTo(new ModelSource(
                        Path.of("W/base"),
                        LoadOptions.DEFAULT
                                .withPlacement(new Placement(Dtype.BF16, WeightStorage.AS_STORED, Device.CUDA))
                                .withVariant("fp16")
                                .withAutoencoder(Path.of("W/vae.safetensors"))
                                .withCheckpoint(Path.of("W/light.safetensors"))));
        assertThat(lightning.request())
                .isEqualTo(ImageRequest.of("")
                        .sampler(Samplers.named("ddim"))
                        .steps(Steps.at(999))
                        .guidance(Guidance.of(1))
                        .size(512, 512)
                        .clipSkip(1)
                        .prediction(PredictionType.SAMPLE)
                        .tiled()
                        .lora(Path.of("W/a.safetensors"), 0.5)
                        .lora(Path.of("W/b.safetensors"), 2)
                        .lora(Path.of("W/c.safetensors"), 0.25)
                        .build());
        assertThat(recipe.contestants().stream().map(Contestant::folder))
                .containsExactly("lightning-1", "other-4", "other-2");
        Contestant other = recipe.contestants().get(1);
        assertThat(recipe.baseline()).isEqualTo(other);
        assertThat(other.model())
                .isEqualTo(new ModelSource(
                        Path.of("W/sdxl"),
                        LoadOptions.DEFAULT.withDtype(Dtype.BF16).withCheckpoint(Path.of("W/one.safetensors"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "methods: [{name: a, model: m, steps: 1, seed: 5}] "
                        + "| methods[0].seed is the same for all methods and cannot be set for one",
                "methods: [{name: a, model: m}] | methods[0].steps is missing; name one or more numbers of steps",
                "methods: [{name: a, steps: 1}] | methods[0].model is missing; name one here or for all methods",
                "methods: [{name: a, model: m, steps: [1, 0]}] | methods[0].steps is [1, 0]; name one or more",
                "methods: [{name: a, model: m, steps: 1, dtype: i8}] | methods[0].dtype is i8; write f32,"
                        + " bf16, f16 or int8",
                "methods: [{name: a, model: m, steps: 1}, {name: A, model: n, steps: [1]}] "
                        + "| methods has \"A\" in 1 steps twice; give them different names",
                "methods: [{name: a, model: m, steps: 1, guidence: 2}] | methods[0].guidence is unknown; do you mean "
                        + "guidance?",
                "methods: [{name: a, model: m, steps: 1, sampler: eluer}] | methods[0].name is a, and this method "
                        + "makes "
                        + "no sense: there is no sampler \"eluer\"",
                "{baseline: b, methods: [{name: a, model: m, steps: 1}]} | baseline is \"b\", which no method is "
                        + "called",
                "{prompts: p.json, captions: last, methods: [{name: a, model: m, steps: 1}]} | captions is wrong: "
                        + "captions are chosen by first or random:SEED",
            })
    void invalidValuesAreNamed(String keys, String message) {
        assertThatThrownBy(() -> recipe("output: out\n"
                        + keys.replaceAll("^\\{(.*)}$", "$1")
                                .replace(", methods", "\nmethods")
                                .replace(", captions", "\ncaptions")))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aPresetSaysHowManyStepsAreTakenWhereNothingElseDoes() throws IOException {
        assertThat(recipe("""
            output: out
            methods: [{name: one, model: sdxl, unet: Hyper-SDXL-1step-Unet.safetensors}]
            """).contestants().getFirst().request().steps()).isEqualTo(Steps.at(800));
    }

    private Contestant contestant(String keys, String model, int steps) throws IOException {
        Contestant contestant = recipe("""
            model: %s
            judges: judges
            output: out
            methods: [{name: method, %s}]
            """.formatted(model, keys)).contestants().getFirst();
        assertThat(contestant.steps()).isEqualTo(steps);
        return contestant;
    }

    private ComparisonRecipe recipe(String text) throws IOException {
        return ComparisonRecipe.read(Files.writeString(folder.resolve("recipe.yaml"), text), List.of());
    }
}
