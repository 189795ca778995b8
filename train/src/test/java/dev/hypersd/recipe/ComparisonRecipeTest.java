package dev.hypersd.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.evaluation.ComparedMethod;
import dev.hypersd.model.ModelSource;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.request.Guidance;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Option;
import dev.hypersd.request.ResolvedOptions;
import dev.hypersd.request.TargetModel;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.sampler.Steps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the methods of a comparison ask their model for. */
class ComparisonRecipeTest {
    @TempDir
    private Path folder;

    @Test
    void aMethodWithoutAPresetDrawsByDdimWithoutGuidanceUnlessItSaysOtherwise() throws IOException {
        assertThat(resolved("steps: [4]", "base", 4).request())
                .isEqualTo(ImageRequest.of("")
                        .sampler(Samplers.named("ddim"))
                        .steps(4)
                        .guidance(Guidance.of(1))
                        .build());
        assertThat(resolved(
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
        assertThat(resolved("steps: [4], eta: 0.5", "base", 4).request().sampler())
                .hasValue(Samplers.named("ddim").withEta(0.5));
    }

    @Test
    void aPresetsOwnTimestepsHoldWhereAMethodTakesAsManySteps() throws IOException {
        assertThat(resolved("steps: [1]", "Hyper-SDXL-1step-Unet", 1).request())
                .satisfies(request -> assertThat(request.steps()).isEqualTo(Steps.at(800)))
                .satisfies(request -> assertThat(request.sampler()).hasValue(Samplers.named("lcm")));
        ResolvedOptions other = resolved("steps: [2]", "Hyper-SDXL-1step-Unet", 2);
        assertThat(other.request().steps()).isEqualTo(Steps.of(2));
        assertThat(other.warnings()).containsExactly("Hyper-SDXL-1step-Unet was distilled for 1 steps, not 2");
    }

    @ParameterizedTest
    @CsvSource({"'', 1", "', eta: 0', 0", "', eta: 0.6', 0.6"})
    void anEtaThatIsNotSaidIsThePresetsAndZeroCanBeSaid(String eta, double drawn) throws IOException {
        assertThat(resolved("steps: [1], loras: [Hyper-SD15-1step-lora.safetensors]" + eta, "base", 1)
                        .request()
                        .sampler())
                .hasValue(Samplers.named("tcd").withEta(drawn));
    }

    @Test
    void anEtaForASamplerWithoutOneIsRefused() {
        assertThatThrownBy(() -> resolved("steps: [1], sampler: euler, eta: 0", "base", 1))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("euler has no eta");
    }

    /** So tables and judgements of earlier versions hold. */
    @ParameterizedTest
    @ValueSource(strings = {"mini", "mini/methods", "mini/styles"})
    void theRecipesThatComeWithTheProgramDrawExactlyWhatTheySay(String name) {
        ComparisonRecipe recipe =
                ComparisonRecipe.read(Path.of("../recipes").resolve(name).resolve("compare.yaml"), List.of());
        TargetModel model = TargetModel.of(new ModelSource(recipe.model()));
        for (ComparedMethod method : recipe.methods()) {
            Sampler named = Samplers.named(method.options().get(Option.SAMPLER).orElse("ddim"));
            for (int steps : method.steps()) {
                ImageRequest.Builder said = ImageRequest.of("")
                        .sampler(method.options()
                                .get(Option.ETA)
                                .map(named::withEta)
                                .orElse(named))
                        .steps(Steps.of(steps))
                        .guidance(Guidance.of(
                                method.options().get(Option.GUIDANCE).orElseThrow()));
                method.options()
                        .get(Option.LORAS)
                        .orElseThrow()
                        .forEach(lora -> said.lora(new LoraWeight(Path.of(lora.name()), 1)));
                assertThat(method.resolve(steps, model).request()).isEqualTo(said.build());
                assertThat(method.resolve(steps, model).warnings()).isEmpty();
            }
        }
    }

    private ResolvedOptions resolved(String keys, String model, int steps) throws IOException {
        Path file = Files.writeString(folder.resolve("recipe.yaml"), """
                model: %s
                judges: judges
                output: out
                methods: [{name: method, %s}]
                """.formatted(model, keys));
        ComparisonRecipe recipe = ComparisonRecipe.read(file, List.of());
        return recipe.methods().getFirst().resolve(steps, TargetModel.of(new ModelSource(recipe.model())));
    }
}
