package dev.hypersd.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.clip.ClipTextModel;
import dev.hypersd.error.InvalidRequestException;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.unet.Conditioning;
import dev.hypersd.unet.UNet2DConditionModel;
import dev.hypersd.vae.AutoencoderKl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RandomModelTest {
    private static final RandomModel.Listener SILENT = (written, total) -> {};

    @TempDir
    Path folder;

    @Test
    void aTinyModelLoadsAndComputesFiniteNumbers() {
        Path directory = folder.resolve("tiny");
        RandomModel.write(directory, ModelTemplate.TINY, 1, Dtype.F32, SILENT);
        ModelFiles model = ModelFiles.open(directory);
        ClipTokenizer tokenizer = ClipTokenizer.open(model.part("tokenizer").folder());
        float[] pixels = Engine.infer(() -> {
            try (TensorArena arena = new TensorArena()) {
                ClipTextModel text = model.part("text_encoder")
                        .load(NetworkType.CLIP_TEXT, Dtype.F32, arena)
                        .network();
                UNet2DConditionModel unet = model.part("unet")
                        .load(NetworkType.UNET, Dtype.F32, arena)
                        .network();
                AutoencoderKl vae = model.part("vae")
                        .load(NetworkType.AUTOENCODER_KL, Dtype.F32, arena)
                        .network();
                long[] ids = tokenizer.encode("a red boat at sea").ids().stream()
                        .mapToLong(Integer::longValue)
                        .toArray();
                Tensor hidden = text.forward(Tensors.of(ids, 1, ids.length)).lastHiddenState();
                Tensor latents = unet.forward(
                        Tensors.of(new float[4 * 16 * 16], 1, 4, 16, 16),
                        Tensors.of(new long[] {999}, 1),
                        Conditioning.of(hidden));
                return Tensors.toFloats(vae.decode(latents));
            }
        });
        assertThat(pixels).hasSize(3 * 128 * 128).doesNotContain(Float.NaN);
    }

    @Test
    void theSeedDecidesTheWeights() throws IOException {
        String weights = "unet/diffusion_pytorch_model.safetensors";
        for (String name : List.of("a", "b")) {
            RandomModel.write(folder.resolve(name), ModelTemplate.TINY, 7, Dtype.F16, SILENT);
        }
        RandomModel.write(folder.resolve("c"), ModelTemplate.TINY, 8, Dtype.F16, SILENT);
        assertThat(Files.mismatch(
                        folder.resolve("a").resolve(weights),
                        folder.resolve("b").resolve(weights)))
                .isEqualTo(-1);
        assertThat(Files.mismatch(
                        folder.resolve("a").resolve(weights),
                        folder.resolve("c").resolve(weights)))
                .isPositive();
    }

    @Test
    void thePromptIsReadByteByByte() {
        Path directory = folder.resolve("tiny");
        RandomModel.write(directory, ModelTemplate.TINY, 1, Dtype.F16, SILENT);
        ClipTokenizer tokenizer = ClipTokenizer.open(directory.resolve("tokenizer"));
        assertThat(tokenizer.vocabularySize()).isEqualTo(1000);
        assertThat(tokenizer.begin()).isEqualTo(998);
        assertThat(tokenizer.end()).isEqualTo(999);
        // "!" is the first visible byte: id 0, and 256 at the end of a word.
        assertThat(tokenizer.ids("a!")).containsExactly('a' - '!' + 256, 256);
        assertThat(tokenizer.ids("cat")).containsExactly('c' - '!', 'a' - '!', 't' - '!' + 256);
    }

    @Test
    void progressReachesTheTotal() {
        List<Long> seen = new ArrayList<>();
        RandomModel.write(folder.resolve("tiny"), ModelTemplate.TINY, 1, Dtype.F16, (written, total) -> {
            seen.add(written);
            assertThat(written).isLessThanOrEqualTo(total);
        });
        assertThat(seen).isSorted().hasSizeGreaterThan(100);
        long size = Inspection.of(folder.resolve("tiny")).parts().stream()
                .mapToLong(Inspection.Part::bytes)
                .sum();
        assertThat(seen.getLast()).isEqualTo(size);
    }

    @Test
    void aDirectoryThatIsNotEmptyIsRefusedAndUnchanged() throws IOException {
        Files.writeString(folder.resolve("precious.txt"), "mine");
        assertThatThrownBy(() -> RandomModel.write(folder, ModelTemplate.TINY, 1, Dtype.F32, SILENT))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("exists and is not empty");
        assertThat(folder.resolve("precious.txt")).hasContent("mine");
    }

    @Test
    void aFailureLeavesNothingBehind() {
        Path directory = folder.resolve("tiny");
        assertThatThrownBy(() -> RandomModel.write(directory, ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {
                    throw new IllegalStateException("interrupted");
                }))
                .hasMessage("interrupted");
        assertThat(folder).isEmptyDirectory();
    }

    /** As the reference implementation counts them for the published configuration. */
    @Test
    void theTemplateOfTheRefinerHasThePublishedSize() {
        assertThat(RandomModel.parameterCount(ModelTemplate.SDXL_REFINER, "unet"))
                .isEqualTo(2_259_526_660L);
        assertThat(RandomModel.parameterCount(ModelTemplate.SDXL_REFINER, "text_encoder_2"))
                .isEqualTo(694_659_840);
    }

    /**
     * Published counts: SD 1.5 has 859.5 M in its U-Net, 83.7 M in its VAE and 123.1 M in its text encoder; SD 2.1
     * 865.9 M and 340.4 M; SDXL 2,567 M in its U-Net.
     */
    @ParameterizedTest
    @EnumSource(names = {"SD15", "SD2", "SDXL"})
    void theTemplatesHaveThePublishedSizes(ModelTemplate like) {
        long unet = switch (like) {
            case SD15 -> 859_520_964;
            case SD2 -> 865_910_724;
            default -> 2_567_463_684L;
        };
        assertThat(RandomModel.parameterCount(like, "unet")).isEqualTo(unet);
        assertThat(RandomModel.parameterCount(like, "vae")).isEqualTo(83_653_863);
        assertThat(RandomModel.parameterCount(like, "text_encoder"))
                .isEqualTo(like == ModelTemplate.SD2 ? 340_387_840 : 123_060_480);
        if (like == ModelTemplate.SDXL) {
            assertThat(RandomModel.parameterCount(like, "text_encoder_2")).isEqualTo(694_659_840);
        }
    }

    @Test
    @Tag("slow")
    void aFullSd15IsWritten() {
        Path directory = folder.resolve("sd15");
        RandomModel.write(directory, ModelTemplate.SD15, 0, Dtype.F16, SILENT);
        assertThat(Inspection.of(directory).parts())
                .extracting(Inspection.Part::count)
                .contains(859_520_964L, 83_653_863L, 123_060_480L);
    }
}
