package dev.hypersd.pipeline;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.HyperSdException;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.model.MemoryEstimate;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.request.Guidance;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.tensor.Device;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Placement;
import dev.hypersd.tensor.WeightStorage;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** On machines of invented sizes, with the figures of Stable Diffusion 1.5 in F32. */
class MemoryBudgetTest {
    private static final long GIB = 1L << 30;
    private static final Path MODEL = Path.of("models", "sd15");
    private static final MemoryEstimate SD15 = new MemoryEstimate(4 * GIB, 320, 4096, 512);
    private static final FittedLoras LORAS = new FittedLoras();

    @Test
    void aModelThatDoesNotFitIsRefusedWithBothFigures() {
        assertThatThrownBy(() -> budget(3))
                .isExactlyInstanceOf(HyperSdException.class)
                .hasMessage(MODEL
                        + " takes about 4.0 GiB of memory in F32, and 3.0 GiB are available: end other "
                        + "programs, or load it in half precision, or its weights as they are stored");
        assertThatThrownBy(() -> new MemoryBudget(MODEL, SD15, Placement.of(Dtype.BF16), () -> 3 * GIB))
                .hasMessageEndingWith("or load a smaller model");
    }

    @Test
    void aPictureThatDoesNotFitIsRefusedWithTheFigures() {
        MemoryBudget budget = budget(6);
        assertThatCode(() -> budget.requireFirst(request().build(), LORAS, 0)).doesNotThrowAnyException();
        assertThatThrownBy(() -> budget.requireFirst(request().size(1024, 1024).build(), LORAS, 0))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("a picture of 1024x1024 takes about 4.0 GiB of memory in addition to the "
                        + "model's 4.0 GiB, and 2.0 GiB are left for it: choose a smaller size, tiled decoding, "
                        + "fewer pictures at "
                        + "once or half precision");
    }

    @Test
    void tilesTakeNoMoreMemoryForALargerPicture() {
        assertThatCode(() -> budget(6)
                        .requireFirst(request().size(1536, 1024).tiled().build(), LORAS, 0))
                .doesNotThrowAnyException();
    }

    @Test
    void guidanceAndBatchesMultiplyTheUNetsShare() {
        MemoryBudget budget = budget(6);
        ImageRequest.Builder batch = request().imagesPerPrompt(20);
        assertThatCode(() -> budget.requireFirst(batch.build(), LORAS, 0)).doesNotThrowAnyException();
        assertThatThrownBy(
                        () -> budget.requireFirst(batch.guidance(Guidance.of(7)).build(), LORAS, 0))
                .hasMessageStartingWith("a batch of 20 pictures of 512x512 takes about 3.1 GiB");
    }

    @Test
    void changedWeightsAreHeldBesideTheModel() {
        Path lora = ReferenceCase.root().resolve("pipelines/models/loras/sd15-a-kohya.safetensors");
        ImageRequest request = request().size(64, 64).lora(lora, 1).build();
        MemoryBudget tight = new MemoryBudget(
                MODEL, new MemoryEstimate(GIB, 320, 4096, 512), Placement.of(Dtype.F32), () -> GIB + 64 * 64 * 4096);
        assertThatThrownBy(() -> tight.requireFirst(request, LORAS, 0)).isInstanceOf(InvalidRequestException.class);
        assertThatCode(() ->
                        tight.requireFirst(request().size(64, 64).lora(lora, 0).build(), LORAS, 0))
                .doesNotThrowAnyException();
    }

    @Test
    void changedWeightsTakeNoMemoryWhereWeightsStayAsStored() {
        Path lora = ReferenceCase.root().resolve("pipelines/models/loras/sd15-a-kohya.safetensors");
        MemoryBudget tight = new MemoryBudget(
                MODEL,
                new MemoryEstimate(GIB, 320, 4096, 512),
                new Placement(Dtype.F32, WeightStorage.AS_STORED, Device.CPU),
                () -> GIB + 64 * 64 * 4096);
        assertThatCode(() ->
                        tight.requireFirst(request().size(64, 64).lora(lora, 1).build(), LORAS, 0))
                .doesNotThrowAnyException();
    }

    @Test
    void memoryFreedSinceLoadingIsAvailable() {
        AtomicLong available = new AtomicLong(6 * GIB);
        MemoryBudget budget = new MemoryBudget(MODEL, SD15, Placement.of(Dtype.F32), available::get);
        ImageRequest large = request().size(1024, 1024).build();
        available.set(GIB);
        assertThatThrownBy(() -> budget.require(large)).isInstanceOf(InvalidRequestException.class);
        assertThatCode(() -> budget.require(request().build())).doesNotThrowAnyException();
        available.set(5 * GIB);
        assertThatCode(() -> budget.require(large)).doesNotThrowAnyException();
    }

    @AfterAll
    static void closeLoras() {
        LORAS.close();
    }

    private static MemoryBudget budget(long gib) {
        return new MemoryBudget(MODEL, SD15, Placement.of(Dtype.F32), () -> gib * GIB);
    }

    private static ImageRequest.Builder request() {
        return ImageRequest.of("a red boat");
    }
}
