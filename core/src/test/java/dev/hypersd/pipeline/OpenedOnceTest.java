package dev.hypersd.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.image.Image;
import dev.hypersd.model.ModelSource;
import dev.hypersd.model.OpenedModel;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.request.Control;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.sampler.Samplers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What has been read is not read again. To show that, the tests overwrite configurations and headers with zeros, of the
 * same size and at the same time, so that whoever reads them a second time fails.
 */
class OpenedOnceTest {
    private static final Path MODELS = ReferenceCase.root().resolve("pipelines/models");

    @TempDir
    Path folder;

    private Path model = Path.of("");

    @BeforeEach
    void copyTheModel() throws IOException {
        model = copy(MODELS.resolve("sd15"));
    }

    @Test
    void aModelIsLoadedWithoutReadingConfigurationsAndHeadersAgain() throws IOException {
        Image expected = draw(new ModelSource(model).open(), request().build());
        OpenedModel opened = new ModelSource(model).open();
        load(opened, request().build()).close(); // The first look at the memory has read the headers.
        eraseConfigurations(model);
        eraseHeaders(model);
        assertThat(draw(opened, request().build())).isEqualTo(expected);
    }

    @Test
    void weightsThatWereReplacedSinceTheModelWasOpenedAreRefused() throws IOException {
        OpenedModel opened = new ModelSource(model).open();
        load(opened, request().build()).close();
        Path weights = model.resolve("unet/diffusion_pytorch_model.safetensors");
        Files.setLastModifiedTime(weights, FileTime.fromMillis(0));
        assertThatThrownBy(() -> load(opened, request().build()))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("was changed after it was opened");
    }

    @Test
    void aLoraIsOpenedOnceUntilItsFileChanges() throws IOException {
        Path lora = Files.copy(MODELS.resolve("loras/sd15-a-kohya.safetensors"), folder.resolve("lora.safetensors"));
        ImageRequest request = request().lora(lora, 0.7).build();
        try (DiffusionPipeline pipeline = load(new ModelSource(model).open(), request)) {
            Image first = pipeline.generate(request).getFirst().image();
            erase(lora, headerLength(lora));
            assertThat(pipeline.generate(request).getFirst().image()).isEqualTo(first);
            Files.setLastModifiedTime(lora, FileTime.fromMillis(0));
            assertThatThrownBy(() -> pipeline.generate(request))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageContaining("lora.safetensors");
        }
    }

    @Test
    void aControlNetIsOpenedOnceUntilItsFileChanges() throws IOException {
        Path controlNet = copy(MODELS.resolve("controlnet-sd15"));
        ImageRequest request = request()
                .control(Control.of(controlNet, new Image(64, 64, new byte[64 * 64 * 3])))
                .build();
        try (DiffusionPipeline pipeline = load(new ModelSource(model).open(), request)) {
            Image first = pipeline.generate(request).getFirst().image();
            eraseConfigurations(controlNet);
            eraseHeaders(controlNet);
            assertThat(pipeline.generate(request).getFirst().image()).isEqualTo(first);
            Files.setLastModifiedTime(controlNet.resolve("config.json"), FileTime.fromMillis(Long.MAX_VALUE / 2));
            assertThatThrownBy(() -> pipeline.generate(request))
                    .isInstanceOf(InvalidFileException.class)
                    .hasMessageContaining("config.json");
        }
    }

    private static ImageRequest.Builder request() {
        return ImageRequest.of("a red boat")
                .sampler(Samplers.named("tcd"))
                .steps(1)
                .size(64, 64)
                .seed(3);
    }

    private static DiffusionPipeline load(OpenedModel opened, ImageRequest request) {
        return DiffusionPipeline.load(opened, request);
    }

    private static Image draw(OpenedModel opened, ImageRequest request) {
        try (DiffusionPipeline pipeline = load(opened, request)) {
            return pipeline.generate(request).getFirst().image();
        }
    }

    private Path copy(Path whole) throws IOException {
        Path target = Files.createDirectory(folder.resolve(whole.getFileName()));
        for (Path file : files(whole, "")) {
            Path place = target.resolve(whole.relativize(file).toString());
            Files.createDirectories(place.getParent());
            Files.copy(file, place);
        }
        return target;
    }

    private static void eraseConfigurations(Path model) throws IOException {
        for (String name : List.of("/config.json", "/scheduler_config.json", "/model_index.json")) {
            for (Path file : files(model, name)) {
                erase(file, Math.toIntExact(Files.size(file)));
            }
        }
    }

    private static void eraseHeaders(Path model) throws IOException {
        for (Path file : files(model, ".safetensors")) {
            erase(file, headerLength(file));
        }
    }

    private static int headerLength(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        return Math.toIntExact(Long.BYTES + bytes.getLong(0));
    }

    private static void erase(Path file, int length) throws IOException {
        FileTime time = Files.getLastModifiedTime(file);
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, 0, length, (byte) 0);
        Files.write(file, bytes);
        Files.setLastModifiedTime(file, time);
    }

    private static Iterable<Path> files(Path folder, String end) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(end))
                    .toList();
        }
    }
}
