package dev.hypersd.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.preset.Presets;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.sampler.SamplingPlan;
import dev.hypersd.sampler.Steps;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.schedule.PredictionType;
import dev.hypersd.schedule.ScheduleSettings;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options are resolved with presets and defaults, refused, or warned about. */
class OptionsResolverTest {
    private static final TargetModel MODEL =
            new TargetModel("base", List.of(Path.of("models/base")), false, Optional.empty(), List.of(), List.of());
    private static final PictureSource PICTURE = PictureSource.of(new Image(16, 16, new byte[768]));

    @Test
    void defaultsSuitModelsThatAreNotDistilled() {
        ImageRequest request = resolve("{\"prompt\": \"a\"}").request();
        assertThat(request.steps()).isEqualTo(Steps.of(25));
        assertThat(request.guidance()).isEqualTo(Guidance.of(7.5));
        assertThat(request.sampler()).isEmpty();
        assertThat(request.seed()).isZero();
        assertThat(request.size()).isEmpty();
    }

    @Test
    void transparentPartsOfEveryInputPictureHaveTheBackgroundAndEachPictureIsNamedOnce(@TempDir Path folder)
            throws IOException {
        BufferedImage transparent = new BufferedImage(16, 16, BufferedImage.TYPE_INT_ARGB);
        Path picture = folder.resolve("a.png");
        Path lines = folder.resolve("lines.png");
        ImageIO.write(transparent, "png", picture.toFile());
        ImageIO.write(transparent, "png", lines.toFile());
        GenerationOptions options = GenerationOptions.builder()
                .image(PictureSource.of(picture))
                .mask(PictureSource.of(Image.of(transparent)))
                .control(ControlNetReference.of("canny", PictureSource.of(lines)))
                .build();
        GenerationOptions green =
                options.toBuilder().parse(Option.BACKGROUND, "#00ff7f").build();

        ImageRequest onWhite = options.resolve(MODEL, NameResolver.FILES).request();
        ResolvedOptions onGreen = green.resolve(MODEL, NameResolver.FILES);

        assertThat(onWhite.original().orElseThrow().picture().rgb()).startsWith(-1, -1, -1);
        assertThat(onGreen.request().original().orElseThrow().picture().rgb()).startsWith(0, -1, 0x7F);
        assertThat(onGreen.request().controls().getFirst().picture().rgb()).startsWith(0, -1, 0x7F);
        assertThat(onGreen.warnings())
                .contains(
                        picture + " has transparent parts, which are filled with #00ff7f",
                        lines + " has transparent parts, which are filled with #00ff7f");
    }

    @Test
    void picturesInDataUrlsHaveTheBackgroundHoweverTheyAreGiven() throws IOException {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(16, 16, BufferedImage.TYPE_INT_ARGB), "png", png);
        String data = "data:image/png;base64," + Base64.getEncoder().encodeToString(png.toByteArray());
        GenerationOptions arguments = GenerationOptions.builder()
                .parse(Option.IMAGE, data)
                .parse(Option.MASK, data)
                .build();
        GenerationOptions control = GenerationOptions.builder()
                .control(ControlNetReference.of("canny", PictureSource.named(data, Path.of(""))))
                .build();
        List<GenerationOptions> all = List.of(
                arguments,
                control,
                GenerationOptions.parse("{\"image\": \"%s\"}".formatted(data)),
                GenerationOptions.parse(control.toJson()));
        for (GenerationOptions options : all) {
            ResolvedOptions black = options.toBuilder()
                    .parse(Option.BACKGROUND, "black")
                    .build()
                    .resolve(MODEL, NameResolver.FILES);
            assertThat(pictures(black.request())).isNotEmpty().allMatch(picture -> picture.rgb()[0] == 0);
            assertThat(black.warnings()).contains("data-url has transparent parts, which are filled with #000000");
            assertThat(pictures(options.resolve(MODEL, NameResolver.FILES).request()))
                    .allMatch(picture -> picture.rgb()[0] == -1);
            assertThat(GenerationOptions.parse(options.toJson())).isEqualTo(options);
        }
        assertThatThrownBy(() -> Option.IMAGE.parse("data:image/png;base64,?"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("is not in Base64");
    }

    private static List<Image> pictures(ImageRequest request) {
        return Stream.concat(
                        request.original().stream()
                                .flatMap(original ->
                                        Stream.concat(Stream.of(original.picture()), original.mask().stream())),
                        request.controls().stream().map(Control::picture))
                .toList();
    }

    @Test
    void aBackgroundOfNoPictureAndAnUnknownColourAreRefused() {
        assertThatThrownBy(() -> resolve("{\"background\": \"black\"}"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("background (--background) fills transparent parts of input pictures, and there is none:"
                        + " name one with image (--image)");
        assertThatThrownBy(() -> resolve("{\"background\": \"#12345\"}"))
                .hasMessage("options: background must be white, black, grey or #rrggbb, not \"#12345\"");
        assertThatThrownBy(() -> Option.BACKGROUND.parse("#+12345")).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void aPresetIsFoundByTheNameOfALoraAndGivenOptionsOverrideIt() {
        ResolvedOptions resolved =
                resolve("{\"loras\": [{\"name\": \"Hyper-SD15-1step-lora.safetensors\"}], \"guidance\": 0.5}");
        assertThat(resolved.preset().orElseThrow().name()).isEqualTo("hyper-sd15-1step");
        assertThat(resolved.request().steps()).isEqualTo(Steps.of(1));
        assertThat(resolved.request().guidance()).isEqualTo(Guidance.of(0.5));
        assertThat(resolved.request().sampler()).hasValue(Samplers.named("tcd").withEta(1));
        assertThat(resolved.request().loras())
                .containsExactly(new LoraWeight(Path.of("Hyper-SD15-1step-lora.safetensors"), 1));
        assertThat(resolve("{\"preset\": \"none\", \"loras\": [{\"name\": \"Hyper-SD15-1step-lora\"}]}")
                        .preset())
                .isEmpty();
    }

    /** As the model cards say; the file is the LoRA or the model itself. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Hyper-SD15-1step-lora | tcd | 1 | 999 | 0 | epsilon",
                "Hyper-SD15-2steps-lora | ddim | 0 | 999 499 | 0 | epsilon",
                "Hyper-SDXL-4steps-lora | ddim | 0 | 999 749 499 249 | 0 | epsilon",
                "Hyper-SDXL-8steps-CFG-lora | ddim | 0 | 999 874 749 624 499 374 249 124 | 5 | epsilon",
                "Hyper-SDXL-1step-Unet | lcm | | 800 | 0 | epsilon",
                "Hyper-SDXL-1step-Unet-Comfyui.fp16 | euler | | 800 | 0 | epsilon",
                "lcm-lora-sdxl | lcm | | 999 759 499 259 | 0 | epsilon",
                "TCD-SD15-LoRA | tcd | 0.3 | 999 759 499 259 | 0 | epsilon",
                "pcm_sd15_smallcfg_2step_converted | ddim | 0 | 999 499 | 0 | epsilon",
                "pcm_sd15_normalcfg_4step_converted | ddim | 0 | 999 749 499 249 | 3 | epsilon",
                "pcm_sdxl_normalcfg_8step_converted | ddim | 0 | 999 874 749 624 499 374 249 124 | 4.5 | epsilon",
                "pcm_sdxl_lcmlike_lora_converted | lcm | | 999 759 499 259 | 0 | epsilon",
                "sdxl_lightning_1step_unet_x0 | euler | | 999 | 0 | sample",
                "sdxl_lightning_1step_x0 | euler | | 999 | 0 | sample",
                "sdxl_lightning_2step_lora | euler | | 999 499 | 0 | epsilon",
                "sdxl_lightning_4step_unet | euler | | 999 749 499 249 | 0 | epsilon",
                "sd_turbo | euler | | 999 | 0 | epsilon",
                "sd_xl_turbo_1.0_fp16 | euler_a | | 999 | 0 | epsilon",
                "dmd2_sdxl_4step_lora_fp16 | lcm | | 999 749 499 249 | 0 | epsilon",
                "dmd2_sdxl_4step_unet_fp16 | lcm | | 999 749 499 249 | 0 | epsilon",
                "dmd2_sdxl_1step_unet_fp16 | lcm | | 399 | 0 | epsilon",
                "nitrosd-realism_unet | lcm_shift_250 | | 249 | 0 | epsilon",
                "nitrosd-vibrant_comfyui | lcm_shift_500 | | 499 | 0 | epsilon",
            })
    void aReleasedFileIsSampledAsItsModelCardSays(
            String file, String sampler, Double eta, String timesteps, double guidance, String prediction) {
        Path path = Path.of(file + ".safetensors");
        ImageRequest byLora = resolve(GenerationOptions.builder()
                        .lora(LoraReference.of(path.toString()))
                        .build())
                .request();
        ImageRequest byModel = GenerationOptions.NONE
                .resolve(
                        new TargetModel("base", List.of(path), false, Optional.empty(), List.of(), List.of()),
                        NameResolver.FILES)
                .request();
        ImageRequest byName = resolve(GenerationOptions.builder()
                        .preset(Presets.forFile(path).orElseThrow().name())
                        .build())
                .request();
        for (ImageRequest request : List.of(byLora, byModel, byName)) {
            Sampler chosen = request.sampler().orElseThrow();
            SamplingPlan plan = chosen.plan(
                    request.schedule(new NoiseSchedule(ScheduleSettings.STABLE_DIFFUSION)), request.steps());
            assertThat(chosen.name()).isEqualTo(sampler);
            assertThat(chosen.optionalEta()).isEqualTo(eta == null ? OptionalDouble.empty() : OptionalDouble.of(eta));
            assertThat(plan.steps())
                    .extracting(step -> String.valueOf((int) step.timestep()))
                    .containsExactly(timesteps.split(" "));
            assertThat(request.guidance()).isEqualTo(Guidance.of(guidance));
            assertThat(plan.prediction().word()).isEqualTo(prediction);
        }
    }

    @Test
    void theOptionForThePredictionTypeOverridesThePreset() {
        assertThat(resolve("{\"preset\": \"sdxl-lightning-1step-unet\"}")
                        .request()
                        .prediction())
                .contains(PredictionType.SAMPLE);
        assertThat(resolve("{\"preset\": \"sdxl-lightning-1step-unet\", \"prediction\": \"v\"}")
                        .request()
                        .prediction())
                .contains(PredictionType.V_PREDICTION);
        assertThat(resolve("{}").request().prediction()).isEmpty();
    }

    @Test
    void thePresetsTimestepsAreUsedWheneverItsNumberOfStepsIsRequested() {
        assertThat(resolve("{\"preset\": \"hyper-sdxl-1step-unet\"}").request().steps())
                .isEqualTo(Steps.at(800));
        assertThat(resolve("{\"preset\": \"hyper-sdxl-1step-unet\", \"steps\": 1}")
                        .request()
                        .steps())
                .isEqualTo(Steps.at(800));
        ResolvedOptions other = resolve("{\"preset\": \"hyper-sdxl-1step-unet\", \"steps\": 2}");
        assertThat(other.request().steps()).isEqualTo(Steps.of(2));
        assertThat(other.warnings()).containsExactly("Hyper-SDXL-1step-Unet was distilled for 1 steps, not 2");
    }

    @Test
    void picturesBeyondTheLastSeedAreRefused() {
        assertThat(resolve("{\"seed\": 18446744073709551614, \"count\": 2}")
                        .request()
                        .seeds())
                .containsExactly(-2L, -1L);
        assertThatThrownBy(() -> resolve("{\"seed\": 18446744073709551615, \"count\": 2}"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("2 pictures from seed 18446744073709551615 on go beyond the last seed, "
                        + "18446744073709551615: choose a smaller seed or count");
    }

    @Test
    void anEtaOfZeroIsNotTheSameAsNone() {
        String unified = "{\"loras\": [{\"name\": \"Hyper-SD15-1step-lora\"}]%s}";
        assertThat(sampler(unified.formatted("")))
                .isEqualTo(Samplers.named("tcd").withEta(1));
        assertThat(sampler(unified.formatted(", \"eta\": 0")))
                .isEqualTo(Samplers.named("tcd").withEta(0));
        assertThat(sampler("{\"eta\": 0.5}")).isEqualTo(Samplers.named("tcd").withEta(0.5));
        assertThat(sampler("{\"sampler\": \"DDIM\", \"eta\": 0.5}"))
                .isEqualTo(Samplers.named("ddim").withEta(0.5));
        assertThatThrownBy(() -> sampler("{\"sampler\": \"euler\", \"eta\": 0}"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("euler has no eta");
    }

    @Test
    void namingThePresetsSamplerKeepsThePresetsEta() {
        String unified = "{\"loras\": [{\"name\": \"Hyper-SD15-1step-lora\"}], \"sampler\": \"%s\"%s}";
        assertThat(sampler(unified.formatted("tcd", "")))
                .isEqualTo(Samplers.named("tcd").withEta(1));
        assertThat(sampler(unified.formatted("TCD", ", \"eta\": 0.25")))
                .isEqualTo(Samplers.named("tcd").withEta(0.25));
        assertThat(sampler(unified.formatted("tcd", ", \"preset\": \"none\""))).isEqualTo(Samplers.named("tcd"));
        assertThat(sampler(unified.formatted("ddim", ""))).isEqualTo(Samplers.named("ddim"));
    }

    @Test
    void strengthIsByDefaultOneWhereAPartIsDrawnAnewAndThreeQuartersElsewhere() {
        GenerationOptions whole = GenerationOptions.builder().image(PICTURE).build();
        GenerationOptions masked = whole.toBuilder().mask(PICTURE).build();
        GenerationOptions extended =
                whole.toBuilder().set(Option.EXTEND, List.of(8, 0, 0, 0)).build();
        assertThat(resolve(whole).request().steps().strength()).isEqualTo(0.75);
        assertThat(resolve(masked).request().steps().strength()).isEqualTo(1);
        assertThat(resolve(extended).request().steps().strength()).isEqualTo(1);
        assertThat(resolve(masked.toBuilder().strength(0.5).build())
                        .request()
                        .steps()
                        .strength())
                .isEqualTo(0.5);
    }

    @ParameterizedTest
    @CsvSource({"20, 0.75, 20, 27", "1, 0.75, 1, 2", "4, 1, 4, 4", "3, 0.5, 3, 6"})
    void exactStepsAreTakenAndOthersCountTheSchedule(int steps, double strength, int scheduled, int exact) {
        GenerationOptions options = GenerationOptions.builder()
                .image(PICTURE)
                .steps(steps)
                .strength(strength)
                .build();
        assertThat(resolve(options).request().steps())
                .isEqualTo(Steps.of(scheduled).withStrength(strength));
        assertThat(resolve(options.toBuilder().set(Option.EXACT_STEPS, true).build())
                        .request()
                        .steps())
                .isEqualTo(Steps.of(exact).withStrength(strength));
    }

    @Test
    void aStrengthInWhatAMaskKeepsNeedsAMask() {
        GenerationOptions options = GenerationOptions.builder()
                .image(PICTURE)
                .set(Option.KEPT_STRENGTH, 0.5)
                .build();
        assertThatThrownBy(() -> resolve(options))
                .hasMessage("kept_strength (--kept-strength) is the strength where a mask is black: name one with mask "
                        + "(--mask)");
        GenerationOptions masked = options.toBuilder().mask(PICTURE).build();
        assertThat(resolve(masked).request().original().orElseThrow().keptStrength())
                .isEqualTo(0.5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"strength\": 0.5} | strength (--strength) needs an original picture: name it with image "
                        + "(--image)",
                "{\"extend\": [1, 1, 1, 1]} | extend (--extend) needs an original picture",
                "{\"kept_strength\": 0.5} | kept_strength (--kept-strength) needs an original picture",
                "{\"hires_strength\": 0.5} | needs a second pass: choose it with hires (--hires)",
                "{\"refiner_from\": 0.5} | base was loaded without one: name it with --refiner",
                "{\"controls\": [{\"name\": \"canny\"}]} | ControlNet canny needs a picture to follow: name it with "
                        + "image (--control-image)",
                "{\"steps\": 4, \"timesteps\": [999]} | both set the number of steps",
                "{\"crop\": [0]} | set it with size (--size)",
                "{\"crop\": [0], \"size\": \"64\"} | crop (--crop) takes 2 numbers, TOP,LEFT, not 1",
                "{\"sampler\": \"tdc\"} | there is no sampler \"tdc\"; did you mean tcd?",
                "{\"preset\": \"hyper\"} | there is no preset \"hyper\"; did you mean hyper-sd15-1step?",
            })
    void invalidOptionsAreRefusedWithTheNameOfTheOptionThatHelps(String json, String sentence) {
        assertThatThrownBy(() -> resolve(json))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(sentence);
    }

    @Test
    void aRefinerDrawsTheLastFifthByDefault() {
        TargetModel refined = new TargetModel("base", List.of(), true, Optional.empty(), List.of(), List.of());
        GenerationOptions.Builder options = GenerationOptions.builder();
        assertThat(options.build()
                        .resolve(refined, NameResolver.FILES)
                        .request()
                        .refinerSwitch())
                .hasValue(new RefinerSwitch(0.8));
        assertThat(options.set(Option.REFINER_FROM, 0.5)
                        .build()
                        .resolve(refined, NameResolver.FILES)
                        .request()
                        .refinerSwitch())
                .hasValue(new RefinerSwitch(0.5));
        assertThat(options.set(Option.REFINER_FROM, 1.0)
                        .build()
                        .resolve(refined, NameResolver.FILES)
                        .request()
                        .refinerSwitch())
                .isEmpty();
    }

    @Test
    void theModelsOwnLorasAreUsedUnlessOptionsSetLoras() {
        TargetModel model = MODEL.with(List.of(LoraReference.of("own", 0.5)), List.of());
        assertThat(GenerationOptions.NONE
                        .resolve(model, NameResolver.FILES)
                        .request()
                        .loras())
                .containsExactly(new LoraWeight(Path.of("own"), 0.5));
        assertThat(GenerationOptions.parse("{\"loras\": []}")
                        .resolve(model, NameResolver.FILES)
                        .request()
                        .loras())
                .isEmpty();
    }

    @Test
    void optionsWithoutEffectAndUnsuitableOptionsAreWarnedAbout() {
        assertThat(resolve("{\"negative_prompt\": \"b\", \"guidance\": 1}").warnings())
                .containsExactly("the negative prompt has no effect: guidance is off");
        assertThat(resolve("{\"model\": \"zoo\"}").warnings())
                .containsExactly("these options are for the model zoo, and it is base that draws");
        assertThat(resolve("{\"preset\": \"hyper-sd15-4steps\", \"guidance\": 5}")
                        .warnings())
                .anySatisfy(warning -> assertThat(warning).contains("burns the picture"));
    }

    @Test
    void microConditioningIsFilledUpFromTheSizeOfThePicture() {
        MicroConditioning.Framing framing = resolve(
                        "{\"size\": \"64x128\", \"original_size\": [320, 640], \"crop\": [1, 2]}")
                .request()
                .microConditioning()
                .orElseThrow()
                .positive();
        assertThat(framing).isEqualTo(new MicroConditioning.Framing(640, 320, 1, 2, 128, 64));
    }

    private static Sampler sampler(String json) {
        return resolve(json).request().sampler().orElseThrow();
    }

    private static ResolvedOptions resolve(String json) {
        return resolve(GenerationOptions.parse(json));
    }

    private static ResolvedOptions resolve(GenerationOptions options) {
        return options.resolve(MODEL, NameResolver.FILES);
    }
}
