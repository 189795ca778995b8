package dev.hypersd.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.WeightStorage;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryEstimateTest {
    @TempDir
    static Path folder;

    private static Path tiny = Path.of("");
    private static long parameters;

    @BeforeAll
    static void makeAModel() {
        tiny = folder.resolve("tiny");
        RandomModel.write(tiny, ModelTemplate.TINY, 1, Dtype.F16, (written, total) -> {});
        parameters = Stream.of("unet", "vae", "text_encoder")
                .mapToLong(part -> RandomModel.parameterCount(ModelTemplate.TINY, part))
                .sum();
    }

    @Test
    void weightsCountAsTheyWillBeHeldAndNotAsTheyAreStored() {
        assertThat(estimate(Dtype.F32).weights()).isEqualTo(parameters * 4);
        assertThat(estimate(Dtype.BF16).weights()).isEqualTo(parameters * 2);
    }

    @Test
    void weightsThatStayAsStoredCountAsStored() {
        Placement stored = new Placement(Dtype.F32, WeightStorage.AS_STORED, Device.CPU);
        assertThat(MemoryEstimate.of(new ModelSource(tiny, LoadOptions.DEFAULT.withPlacement(stored)).open())
                        .weights())
                .isEqualTo(parameters * 2);
    }

    @Test
    void theAutoencoderOfSdxlIsCountedInF32() {
        Path sdxl = ReferenceCase.root().resolve("pipelines/models/sdxl");
        long full = MemoryEstimate.of(new ModelSource(sdxl).open()).weights();
        long half = MemoryEstimate.of(new ModelSource(sdxl, LoadOptions.DEFAULT.withDtype(Dtype.F16)).open())
                .weights();
        long autoencoder = ModelPart.in(sdxl.resolve("vae")).weightBytes(Placement.of(Dtype.F32));
        assertThat(half - autoencoder).isEqualTo((full - autoencoder) / 2);
    }

    @Test
    void featureMapsGrowWithThePicturesAndHalveWithThePrecision() {
        MemoryEstimate full = estimate(Dtype.F32);
        MemoryEstimate half = estimate(Dtype.BF16);
        assertThat(full.drawing(1, 64 * 64, 64 * 64)).isEqualTo(half.drawing(1, 128 * 64, 128 * 64));
        assertThat(full.drawing(200, 64 * 64, 64 * 64)).isEqualTo(2 * full.drawing(100, 64 * 64, 64 * 64));
    }

    @Test
    void theNativeSizeIsThatOfTheLoadedModel() {
        assertThat(estimate(Dtype.F32).nativeSize()).isEqualTo(128);
    }

    private static MemoryEstimate estimate(Dtype dtype) {
        return MemoryEstimate.of(new ModelSource(tiny, LoadOptions.DEFAULT.withDtype(dtype)).open());
    }
}
