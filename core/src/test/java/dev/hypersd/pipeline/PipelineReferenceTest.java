package dev.hypersd.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.preset.Alphas;
import dev.hypersd.preset.LoraWeight;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.request.Control;
import dev.hypersd.request.Guidance;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.MicroConditioning;
import dev.hypersd.request.Original;
import dev.hypersd.request.Prompt;
import dev.hypersd.request.RefinerSwitch;
import dev.hypersd.request.Size;
import dev.hypersd.sampler.NoiseSource;
import dev.hypersd.sampler.Sampler;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.sampler.SamplingPlan;
import dev.hypersd.sampler.Steps;
import dev.hypersd.tensor.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Whole runs against the reference pipelines: the same noise gives the same latents and the same picture. */
class PipelineReferenceTest {
    @TempDir
    Path scratch;

    @TestFactory
    Stream<DynamicTest> latentsAndPicturesMatchTheReference() {
        return ReferenceCase.names("pipelines", "").stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> check("pipelines", name)));
    }

    @TestFactory
    Stream<DynamicTest> directoryLayoutsMatchTheReference() {
        return ReferenceCase.names("formats", "layout_").stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> check("formats", name)));
    }

    @TestFactory
    Stream<DynamicTest> singleFilesMatchTheReference() {
        return ReferenceCase.names("formats", "single_file_").stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> check("formats", name)));
    }

    @TestFactory
    Stream<DynamicTest> variantsGiveWhatTheirReferenceGives() {
        return ReferenceCase.names("formats", "variant_").stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    Path variant = ReferenceCase.root().resolve("formats").resolve(name);
                    JsonNode json = Json.MAPPER.readTree(variant.resolve("case.json"));
                    String sameAs = Path.of(json.path("reference").asString())
                            .getFileName()
                            .toString();
                    String which = name.substring("variant_".length());
                    try (ReferenceCase golden = ReferenceCase.open("formats", sameAs)) {
                        check(
                                golden,
                                variant.resolve(json.path("model").asString()),
                                LoadOptions.DEFAULT.withVariant(which));
                    }
                }));
    }

    private void check(String kind, String name) {
        try (ReferenceCase golden = ReferenceCase.open(kind, name)) {
            check(golden, model(golden), options(golden));
        }
    }

    private static void check(ReferenceCase golden, Path model, LoadOptions options) {
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(new ModelSource(model, options))) {
            Optional<Sampler> sampler = sampler(golden);
            ImageRequest request = request(golden, sampler);
            // The start, where it is given, and then what the reference drew.
            Iterator<String> order = Stream.of("input.latents", "noise.")
                    .flatMap(prefix -> golden.tensorNames(prefix).stream())
                    .iterator();
            NoiseSource injected = shape -> {
                Tensor noise = golden.tensor(order.next());
                assertThat(Tensors.shape(noise)).isEqualTo(shape);
                return noise;
            };
            pipeline.run(request, GenerationListener.NONE, generation -> {
                SamplingPlan plan = pipeline.plan(request);
                Tensor latents = golden.has("input.image_latent")
                        ? generation.denoise(
                                plan,
                                generation.preparation(plan, injected).from(golden.tensor("input.image_latent")),
                                injected)
                        : generation.denoise(plan, injected);
                assertMatches(golden, "expected.latents", latents);
                if (golden.has("expected.image")) {
                    assertMatches(golden, "expected.image", zeroToOne(generation.decode(latents)));
                }
                return latents;
            });
            assertThat(order).as("noise that was not drawn").isExhausted();
        }
    }

    private static Tensor zeroToOne(Tensor decoded) {
        return decoded.div(new Scalar(2.0))
                .add(new Scalar(0.5))
                .clamp(new ScalarOptional(new Scalar(0.0)), new ScalarOptional(new Scalar(1.0)));
    }

    private static void assertMatches(ReferenceCase golden, String name, Tensor got) {
        JsonNode tolerance = golden.json().path("tolerances").path(name);
        golden.assertClose(
                name,
                got,
                tolerance.path("atol").asDouble(),
                tolerance.path("rtol").asDouble());
    }

    private static ImageRequest request(ReferenceCase golden, Optional<Sampler> sampler) {
        JsonNode call = golden.json().path("call");
        ImageRequest.Builder request = ImageRequest.of(prompts(call))
                .imagesPerPrompt(call.path("num_images_per_prompt").asInt(1))
                .steps(steps(call))
                .guidance(new Guidance(
                        call.path("guidance_scale").asDouble(7.5),
                        call.path("guidance_rescale").asDouble(0)))
                .clipSkip(call.path("clip_skip").asInt(0));
        sampler.map(s -> call.has("eta") ? etaOf(s, call) : s).ifPresent(request::sampler);
        addPictures(request, golden, call);
        Size size = size(golden, call);
        if (!golden.json().path("inputs").path("image").has("image")) {
            request.size(size.width(), size.height());
        }
        if (call.has("original_size") || call.has("target_size") || call.has("aesthetic_score")) {
            request.microConditioning(microConditioning(call, size));
        }
        if (golden.json().has("refiner")) {
            request.refinerSwitch(
                    new RefinerSwitch(golden.json().path("refiner").path("from").asDouble()));
        }
        for (JsonNode lora : golden.json().path("lora").path("files")) {
            // Some of the reference's files have attention layers of different alphas, of which it uses one for all.
            request.lora(new LoraWeight(
                    golden.directory().resolve(lora.path("path").asString()),
                    lora.path("weight").asDouble(),
                    LoraWeight.Fit.WHOLE,
                    Alphas.AS_DIFFUSERS));
        }
        return request.build();
    }

    /** The input picture is what a ControlNet follows, where there is one, and else what to go on from. */
    private static void addPictures(ImageRequest.Builder request, ReferenceCase golden, JsonNode call) {
        JsonNode inputs = golden.json().path("inputs");
        JsonNode networks = golden.json().path("components").path("controlnet");
        for (int i = 0; i < networks.size(); i++) {
            request.control(new Control(
                    golden.directory().resolve(networks.get(i).path("path").asString()),
                    picture(golden, element(inputs.path("image").path("image"), i)),
                    element(call.path("controlnet_conditioning_scale"), i).asDouble(1),
                    element(call.path("control_guidance_start"), i).asDouble(0),
                    element(call.path("control_guidance_end"), i).asDouble(1),
                    call.path("guess_mode").asBoolean(false) ? Control.Mode.GUESS : Control.Mode.BALANCED));
        }
        if (networks.isEmpty() && inputs.path("image").has("image")) {
            Image image = picture(golden, inputs.path("image").path("image"));
            request.original(
                    inputs.has("mask_image")
                            ? Original.masked(
                                    image,
                                    picture(golden, inputs.path("mask_image").path("image")))
                            : Original.of(image));
        }
    }

    private static JsonNode element(JsonNode oneOrList, int i) {
        return oneOrList.isArray() ? oneOrList.get(i) : oneOrList;
    }

    private static Image picture(ReferenceCase golden, JsonNode file) {
        return Image.read(golden.directory().resolve(file.asString()));
    }

    /** Like the reference, hands eta to those samplers that know it. */
    private static Sampler etaOf(Sampler sampler, JsonNode call) {
        boolean knows = List.of("tcd", "ddim").contains(sampler.name());
        return knows ? sampler.withEta(call.path("eta").asDouble()) : sampler;
    }

    private static Steps steps(JsonNode call) {
        if (call.has("timesteps")) {
            return Steps.at(call.path("timesteps")
                    .valueStream()
                    .mapToInt(JsonNode::asInt)
                    .toArray());
        }
        Steps steps = Steps.of(call.path("num_inference_steps").asInt());
        return steps.withStrength(call.path("strength").asDouble(1))
                .withDenoisingEnd(call.path("denoising_end").asDouble(1))
                .withDenoisingStart(call.path("denoising_start").asDouble(0));
    }

    private static Prompt[] prompts(JsonNode call) {
        JsonNode prompt = call.path("prompt");
        int count = prompt.isArray() ? prompt.size() : 1;
        Prompt[] prompts = new Prompt[count];
        for (int i = 0; i < count; i++) {
            prompts[i] = new Prompt(
                    text(call, "prompt", i).orElseThrow(),
                    text(call, "negative_prompt", i),
                    text(call, "prompt_2", i),
                    text(call, "negative_prompt_2", i));
        }
        return prompts;
    }

    private static Optional<String> text(JsonNode call, String key, int i) {
        JsonNode value = call.path(key);
        JsonNode one = value.isArray() ? value.path(i) : value;
        return one.isString() ? Optional.of(one.asString()) : Optional.empty();
    }

    private static Size size(ReferenceCase golden, JsonNode call) {
        Tensor latents = golden.tensor("expected.latents");
        int factor = golden.has("expected.image")
                ? (int) (golden.tensor("expected.image").size(2) / latents.size(2))
                : 8;
        return new Size(
                call.path("width").asInt((int) latents.size(3) * factor),
                call.path("height").asInt((int) latents.size(2) * factor));
    }

    private static MicroConditioning microConditioning(JsonNode call, Size size) {
        MicroConditioning.Framing positive = framing(call, "", size);
        boolean negative = call.has("negative_original_size") && call.has("negative_target_size");
        return new MicroConditioning(
                positive,
                negative ? Optional.of(framing(call, "negative_", size)) : Optional.empty(),
                new MicroConditioning.Beauty(
                        call.path("aesthetic_score").asDouble(6),
                        call.path("negative_aesthetic_score").asDouble(2.5)));
    }

    private static MicroConditioning.Framing framing(JsonNode call, String prefix, Size size) {
        JsonNode original = call.path(prefix + "original_size");
        JsonNode crop = call.path(prefix + "crops_coords_top_left");
        JsonNode target = call.path(prefix + "target_size");
        return new MicroConditioning.Framing(
                original.path(0).asInt(size.height()),
                original.path(1).asInt(size.width()),
                crop.path(0).asInt(0),
                crop.path(1).asInt(0),
                target.path(0).asInt(size.height()),
                target.path(1).asInt(size.width()));
    }

    private static Optional<Sampler> sampler(ReferenceCase golden) {
        JsonNode scheduler = golden.json().path("scheduler");
        if (!scheduler.has("class")) {
            return Optional.empty();
        }
        ObjectNode config = Json.MAPPER.createObjectNode();
        Path saved = golden.directory()
                .resolve(golden.json().path("model").asString())
                .resolve("scheduler/scheduler_config.json");
        config.setAll((ObjectNode) Json.MAPPER.readTree(saved));
        if (scheduler.path("overrides").isObject()) {
            config.setAll((ObjectNode) scheduler.path("overrides"));
        }
        return Optional.of(Samplers.from(
                scheduler.path("class").asString(), Json.parse(saved, Json.MAPPER.writeValueAsBytes(config))));
    }

    private static LoadOptions options(ReferenceCase golden) {
        LoadOptions options = LoadOptions.DEFAULT;
        JsonNode vae = golden.json().path("components").path("vae");
        if (vae.isObject()) {
            options = options.withAutoencoder(
                    golden.directory().resolve(vae.path("path").asString()));
        }
        JsonNode refiner = golden.json().path("refiner");
        if (refiner.isObject()) {
            Path folder = golden.directory().resolve(refiner.path("path").asString());
            options = options.withRefiner(new ModelSource(folder));
        }
        JsonNode file = golden.json().path("single_file");
        return file.isString() ? options.withCheckpoint(golden.directory().resolve(file.asString())) : options;
    }

    /** The model directory of the case, or a copy of it with the configurations that the case changes. */
    private Path model(ReferenceCase golden) {
        Path model = golden.directory().resolve(golden.json().path("model").asString());
        JsonNode overrides = golden.json().path("config_overrides");
        if (!overrides.isObject()) {
            return model;
        }
        Path copy = scratch.resolve(golden.directory().getFileName());
        try (Stream<Path> files = Files.walk(model)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(model.relativize(file).toString()));
            }
            for (String component : overrides.propertyNames()) {
                Path config =
                        copy.resolve(component.equals("pipeline") ? "model_index.json" : component + "/config.json");
                ObjectNode changed = (ObjectNode) Json.MAPPER.readTree(config);
                changed.setAll((ObjectNode) overrides.get(component));
                Files.write(config, Json.MAPPER.writeValueAsBytes(changed));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return copy;
    }
}
