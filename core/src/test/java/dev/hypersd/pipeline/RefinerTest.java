package dev.hypersd.pipeline;

import static dev.hypersd.pipeline.AlikePictures.assertAlike;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.image.Image;
import dev.hypersd.json.Json;
import dev.hypersd.lora.BlockWeights;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelConversion;
import dev.hypersd.model.ModelSource;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.request.Guidance;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.LearnedWord;
import dev.hypersd.request.Original;
import dev.hypersd.request.RefinerSwitch;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** Two models on one way; that the numbers are those of the reference, {@link PipelineReferenceTest} shows. */
class RefinerTest {
    private static final Path MODELS = ReferenceCase.own().resolve("pipelines/models");
    private static final Path BASE = MODELS.resolve("sdxl");
    private static final Path REFINER = MODELS.resolve("sdxl-refiner");

    @TempDir
    Path folder;

    @Test
    void aRefinerInOneFileDrawsAsItsDirectoryDoes() {
        Path file = folder.resolve("refiner.safetensors");
        convert(REFINER, LoadOptions.DEFAULT, file);
        Image expected = draw(with(REFINER), request().build());
        assertAlike(draw(with(REFINER, file), request().build()), expected);
        Path back = folder.resolve("back");
        convert(REFINER, LoadOptions.DEFAULT.withCheckpoint(file), back);
        assertAlike(draw(with(back), request().build()), expected);
        assertThat(draw(LoadOptions.DEFAULT, plain().build()))
                .as("the base alone")
                .isNotEqualTo(expected);
    }

    @Test
    void theUnmaskedAreaStaysThroughTheRefiner() {
        Image picture = halves(64, 200, 40);
        Image nothing = halves(64, 0, 0);
        ImageRequest.Builder request = request().original(Original.masked(picture, nothing));
        ImageRequest other = request()
                .original(Original.masked(picture, nothing))
                .guidance(Guidance.of(3))
                .build();
        assertThat(draw(with(REFINER), request.build())).isEqualTo(draw(with(REFINER), other));
    }

    @Test
    void incompatiblePartsAreRefusedBeforeWeightsAreRead() throws IOException {
        Path base = withoutWeights(BASE);
        Path refiner = withoutWeights(REFINER);
        assertRefused(
                MODELS.resolve("sd15"),
                with(refiner),
                "sdxl-refiner: is a refiner of SDXL, the model in " + MODELS.resolve("sd15") + " is SD 1.5");
        assertRefused(base, with(base), "is a model of SDXL and no refiner of SDXL");
        Path config = refiner.resolve("scheduler/scheduler_config.json");
        ObjectNode scheduler = (ObjectNode) Json.MAPPER.readTree(config);
        scheduler.put("prediction_type", "v_prediction");
        Files.write(config, Json.MAPPER.writeValueAsBytes(scheduler));
        assertRefused(base, with(refiner), "was trained with other noise levels or predictions than the model in");
    }

    @Test
    void aRequestWithoutAStepForTheRefinerIsRefusedBeforeWeightsAreRead() throws IOException {
        Path base = withoutWeights(BASE);
        assertThatThrownBy(() -> DiffusionPipeline.load(
                        new ModelSource(base, with(REFINER)), request().steps(1).build()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(
                        "none of 1 steps lies beyond 0.5 of the noise levels, where the refiner takes over: take more "
                                + "steps, or let it take over earlier");
        assertThatThrownBy(() ->
                        DiffusionPipeline.load(new ModelSource(base), request().build()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("the model was loaded without one");
        assertThatThrownBy(() -> new RefinerSwitch(1)).hasMessageContaining("above 0 and below 1, not after 1.0");
    }

    @Test
    void aUNetForInpaintingIsNotRefined() throws IOException {
        Path base = withoutWeights(BASE);
        Path config = base.resolve("unet/config.json");
        ObjectNode unet = (ObjectNode) Json.MAPPER.readTree(config);
        unet.put("in_channels", 9);
        Files.write(config, Json.MAPPER.writeValueAsBytes(unet));
        ImageRequest request = request()
                .original(Original.masked(halves(64, 200, 40), halves(64, 0, 255)))
                .build();
        assertThatThrownBy(() -> DiffusionPipeline.load(new ModelSource(base, with(REFINER)), request))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageEndingWith("a refiner would draw over the rest of the picture");
    }

    @Test
    void aWordForBothTextEncodersIsReadByTheRefinerToo() {
        Path word = folder.resolve("fox.safetensors");
        SafetensorsWriter.write(word, Map.of("clip_l", vector(24), "clip_g", vector(32)), Map.of());
        ImageRequest.Builder learned = request().word(new LearnedWord("boat", word));
        assertThat(draw(with(REFINER), learned.build()))
                .isNotEqualTo(draw(with(REFINER), request().build()));
        Path narrow = folder.resolve("narrow.safetensors");
        SafetensorsWriter.write(narrow, Map.of("clip_l", vector(24), "clip_g", vector(24)), Map.of());
        ImageRequest refused = request().word(new LearnedWord("boat", narrow)).build();
        assertThatThrownBy(() -> DiffusionPipeline.load(new ModelSource(BASE, with(REFINER)), refused))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(
                        "is a word for text encoders [24, 24] wide, those of the model are [24, 32] wide");
    }

    private static Tensor vector(int width) {
        float[] values = new float[width];
        Arrays.fill(values, 0.5f);
        return Tensors.of(values, 1, width);
    }

    private void assertRefused(Path model, LoadOptions options, String sentence) {
        assertThatThrownBy(() -> DiffusionPipeline.load(
                        new ModelSource(model, options), request().build()))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining(sentence);
    }

    private static ImageRequest.Builder request() {
        return plain().refinerSwitch(new RefinerSwitch(0.5));
    }

    private static ImageRequest.Builder plain() {
        return ImageRequest.of("a red boat").seed(3).size(64, 64).steps(4).sampler(Samplers.named("ddim"));
    }

    private static LoadOptions with(Path refiner) {
        return LoadOptions.DEFAULT.withRefiner(new ModelSource(refiner));
    }

    private static LoadOptions with(Path directory, Path file) {
        return LoadOptions.DEFAULT.withRefiner(new ModelSource(directory, LoadOptions.DEFAULT.withCheckpoint(file)));
    }

    private static void convert(Path model, LoadOptions options, Path out) {
        new ModelConversion(new ModelSource(model, options).open(), Optional.empty())
                .write(List.of(), BlockWeights.EVEN, out);
    }

    private static DiffusionPipeline pipeline(LoadOptions options) {
        return DiffusionPipeline.load(new ModelSource(BASE, options));
    }

    private static Image draw(LoadOptions options, ImageRequest request) {
        try (DiffusionPipeline pipeline = pipeline(options)) {
            return pipeline.generate(request).getFirst().image();
        }
    }

    private Path withoutWeights(Path model) throws IOException {
        Path copy = folder.resolve(model.getFileName());
        try (Stream<Path> files = Files.walk(model)) {
            for (Path file : files.toList()) {
                if (!file.toString().endsWith(".safetensors")) {
                    Files.copy(file, copy.resolve(model.relativize(file).toString()));
                }
            }
        }
        return copy;
    }

    private static Image halves(int side, int left, int right) {
        byte[] rgb = new byte[3 * side * side];
        for (int y = 0; y < side; y++) {
            Arrays.fill(rgb, 3 * side * y, 3 * side * y + 3 * side / 2, (byte) left);
            Arrays.fill(rgb, 3 * side * y + 3 * side / 2, 3 * side * (y + 1), (byte) right);
        }
        return new Image(side, side, rgb);
    }
}
