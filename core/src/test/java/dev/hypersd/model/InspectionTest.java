package dev.hypersd.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.model.Inspection.Kind;
import dev.hypersd.model.Inspection.Part;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsWriter;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectionTest {
    private static final Path ROOT = ReferenceCase.root();

    @TempDir
    Path folder;

    @Test
    void aModelDirectoryIsListedByParts() {
        Inspection found = Inspection.of(ROOT.resolve("pipelines/models/sdxl"));
        assertThat(found.kind()).isEqualTo(Kind.MODEL_DIRECTORY);
        assertThat(found.family()).contains("SDXL");
        assertThat(found.parts())
                .extracting(Part::name)
                .containsExactlyInAnyOrder("unet", "vae", "text_encoder", "text_encoder_2");
        assertThat(found.parts()).extracting(Part::className).contains("CLIPTextModelWithProjection", "AutoencoderKL");
        assertThat(found.parts())
                .allSatisfy(part -> assertThat(part.parameters()).hasSize(1));
    }

    @Test
    void variantsAreListedApart() {
        Inspection found = Inspection.of(ROOT.resolve("formats/variant_fp16/model"));
        assertThat(found.parts()).isNotEmpty().allSatisfy(part -> {
            assertThat(part.variant()).isEqualTo("fp16");
            assertThat(part.parameters()).containsOnlyKeys(Dtype.F16);
            assertThat(part.bytes()).isEqualTo(2 * part.count());
        });
    }

    @Test
    void aCheckpointHoldsTheSameAsItsDirectory() {
        Inspection file = Inspection.of(ROOT.resolve("formats/single_file_sd15/checkpoint.safetensors"));
        Inspection directory = Inspection.of(ROOT.resolve("pipelines/models/sd15"));
        assertThat(file.kind()).isEqualTo(Kind.CHECKPOINT);
        assertThat(file.family()).contains("SD 1.5");
        for (Part part : file.parts()) {
            Part same = directory.parts().stream()
                    .filter(p -> p.name().equals(part.name()))
                    .findFirst()
                    .orElseThrow();
            assertThat(part.count()).as(part.name()).isEqualTo(same.count());
            assertThat(part.tensors()).as(part.name()).isEqualTo(same.tensors());
        }
        assertThat(file.parts()).hasSameSizeAs(directory.parts());
    }

    @Test
    void aShardedNetworkIsCountedAsOne() {
        Inspection found = Inspection.of(ROOT.resolve("formats/unet_sharded/model"));
        assertThat(found.kind()).isEqualTo(Kind.NETWORK_DIRECTORY);
        assertThat(found.parts()).singleElement().satisfies(part -> {
            assertThat(part.className()).isEqualTo("UNet2DConditionModel");
            assertThat(part.tensors()).isGreaterThan(600);
        });
    }

    @Test
    void aLoraIsDescribedByItsChangedModules() {
        Inspection found = Inspection.of(ROOT.resolve("pipelines/models/loras/sdxl-a-kohya.safetensors"));
        assertThat(found.kind()).isEqualTo(Kind.LORA);
        assertThat(found.family()).contains("SDXL");
        Inspection.Adapter adapter = found.adapter().orElseThrow();
        assertThat(adapter.ranks()).isNotEmpty();
        assertThat(adapter.targets()).containsKey("unet attention");
        assertThat(adapter.modules()).isPositive();
        assertThat(adapter.foreign()).isEmpty();
    }

    @Test
    void aFileOfOtherTensorsIsCountedWithItsMetadata() {
        Path file = folder.resolve("some.safetensors");
        SafetensorsWriter.write(
                file, Map.of("a", Tensors.of(new float[6], 2, 3), "b", Tensors.of(new long[1])), Map.of("by", "us"));
        Inspection found = Inspection.of(file);
        assertThat(found.kind()).isEqualTo(Kind.TENSORS);
        assertThat(found.metadata()).containsExactly(Map.entry("by", "us"));
        assertThat(found.parts()).singleElement().satisfies(part -> {
            assertThat(part.parameters()).containsExactly(Map.entry(Dtype.F32, 6L), Map.entry(Dtype.I64, 1L));
            assertThat(part.bytes()).isEqualTo(32);
        });
    }

    @Test
    void missingFilesAreNamed() {
        assertThatThrownBy(() -> Inspection.of(folder.resolve("none.safetensors")))
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("none.safetensors: not found");
    }
}
