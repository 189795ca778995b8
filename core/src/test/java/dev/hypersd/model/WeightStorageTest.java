package dev.hypersd.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import dev.hypersd.lora.Component;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.request.Guidance;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.WeightStorage;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WeightStorageTest {
    private static final LoadOptions AS_STORED =
            LoadOptions.DEFAULT.withPlacement(new Placement(Dtype.F32, WeightStorage.AS_STORED, Device.CPU));

    @TempDir
    Path folder;

    /**
     * Converting shorter numbers to F32 loses nothing, whenever it happens, so the pictures are the same to the last
     * bit.
     */
    @ParameterizedTest
    @EnumSource(names = {"F8_E4M3", "F16", "BF16", "F32"})
    void weightsAsStoredDrawWhatConvertedOnesDraw(Dtype stored) {
        Path model = model(stored);
        assertThat(draw(model, AS_STORED)).isEqualTo(draw(model, LoadOptions.DEFAULT));
    }

    @ParameterizedTest
    @EnumSource(names = {"F8_E4M3", "F16", "BF16", "F32"})
    void weightsAsStoredAreHeldInTheTypeOfTheirFile(Dtype stored) {
        try (DiffusionModel model =
                Engine.infer(() -> DiffusionModel.load(new ModelSource(model(stored), AS_STORED).open()))) {
            assertThat(model.dtype()).isEqualTo(Dtype.F32);
            assertThat(model.denoiser().parameters(Component.UNET).values())
                    .allMatch(parameter -> Dtype.of(parameter.base().scalar_type()) == stored)
                    .allMatch(parameter -> parameter.dtype() == Dtype.F32);
        }
    }

    private Path model(Dtype stored) {
        Path model = folder.resolve("tiny");
        RandomModel.write(model, ModelTemplate.TINY, 1, stored, (written, total) -> {});
        return model;
    }

    private static Image draw(Path model, LoadOptions options) {
        ImageRequest request = ImageRequest.of("a red boat")
                .sampler(Samplers.named("tcd"))
                .steps(2)
                .guidance(Guidance.of(2))
                .size(64, 64)
                .seed(3)
                .build();
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(new ModelSource(model, options))) {
            return pipeline.generate(request).getFirst().image();
        }
    }
}
