package dev.hypersd.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import dev.hypersd.lora.BlockWeights;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelConversion;
import dev.hypersd.model.ModelSource;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.WeightStorage;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Single files of the published sizes in half precision, with random weights; of SDXL it takes 14 GB of disk. */
@Tag("slow")
class FullSizeFileTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(names = {"SD15", "SDXL"})
    void aSingleFileDrawsByItself(ModelTemplate template) {
        Path directory = folder.resolve("model");
        RandomModel.write(directory, template, 0, Dtype.F16, (_, _) -> {});
        Path file = folder.resolve("model.safetensors");
        new ModelConversion(new ModelSource(directory).open(), Optional.empty())
                .write(List.of(), BlockWeights.EVEN, file);
        LoadOptions asStored =
                LoadOptions.DEFAULT.withPlacement(new Placement(Dtype.F32, WeightStorage.AS_STORED, Device.CPU));
        ImageRequest request = ImageRequest.of("a lighthouse")
                .sampler(Samplers.named("ddim"))
                .steps(1)
                .size(64, 64)
                .build();
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(new ModelSource(file, asStored))) {
            Image picture = pipeline.generate(request).getFirst().image();
            assertThat(picture.width()).isEqualTo(64);
            assertThat(picture.rgb()).isNotEqualTo(new byte[3 * 64 * 64]);
        }
    }
}
