package dev.hypersd.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.tokenizer.VocabularyFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A checkpoint in one file is a model, without a directory beside it. */
class OneFileTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(names = "TINY", mode = EnumSource.Mode.EXCLUDE)
    void everyFamilyOpensWithThePublishedConfigurations(ModelTemplate template) {
        OpenedModel model = new ModelSource(write(tensors(template))).open();
        assertThat(model.family()).isEqualTo(template.family());
        assertThat(model.unet().textChannels())
                .isEqualTo(
                        switch (template) {
                            case TINY, SD15 -> 768;
                            case SD2 -> 1024;
                            case SDXL -> 2048;
                            case SDXL_REFINER -> 1280;
                        });
        for (String part : networks(template)) {
            long weights = model.files().part(part).weightBytes(model.placement()) / Float.BYTES;
            assertThat(weights).as(part).isEqualTo(RandomModel.parameterCount(template, part));
        }
        List<Integer> padding = model.files().parts().stream()
                .filter(part -> part.name().startsWith("tokenizer"))
                .map(part -> part.tokenizer().padding())
                .toList();
        assertThat(padding)
                .isEqualTo(
                        switch (template) {
                            case TINY, SD15 -> List.of(49407);
                            case SD2, SDXL_REFINER -> List.of(0);
                            case SDXL -> List.of(49407, 0);
                        });
    }

    @Test
    void aFileForInpaintingTakesNineChannels() {
        Map<String, long[]> tensors = tensors(ModelTemplate.SD15);
        tensors.put("model.diffusion_model.input_blocks.0.0.weight", new long[] {320, 9, 3, 3});
        assertThat(new ModelSource(write(tensors)).open().unet().inChannels()).isEqualTo(9);
    }

    @Test
    void errorsNameTheOptionThatAddsAMissingPart() {
        Map<String, long[]> blind = tensors(ModelTemplate.SDXL);
        blind.keySet().removeIf(name -> name.startsWith("first_stage_model."));
        ModelSource source = new ModelSource(write(blind));
        assertThatThrownBy(source::open)
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("holds no autoencoder (vae)")
                .hasMessageContaining("--vae");
        Path vae = folder.resolve("SDXL-vae.safetensors");
        ModelSource completed = new ModelSource(source.location(), LoadOptions.DEFAULT.withAutoencoder(vae));
        assertThat(completed.open().autoencoder().latentChannels()).isEqualTo(4);

        Map<String, long[]> mute = tensors(ModelTemplate.SDXL);
        mute.keySet().removeIf(name -> name.startsWith("conditioner."));
        assertThatThrownBy(new ModelSource(write(mute))::open)
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("holds no text_encoder and no text_encoder_2")
                .hasMessageContaining("--config-from");
    }

    @Test
    void anAutoencoderAloneIsNoModel() {
        Path file = write(SparseCheckpoint.tensors(ModelTemplate.SD15, folder, "vae"));
        assertThatThrownBy(new ModelSource(file)::open)
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("holds [vae] and no model");
    }

    @Test
    void aNetworkOfAnotherWidthNeedsItsOwnConfigurations() {
        Path file = ReferenceCase.root().resolve("formats/single_file_sdxl/checkpoint.safetensors");
        assertThatThrownBy(new ModelSource(file)::open)
                .isInstanceOf(InvalidFileException.class)
                .hasMessageContaining("the published models of SDXL are 320 wide for 2048")
                .hasMessageContaining("--config-from");
    }

    @Test
    void theTokenizerThatComesWithTheLibraryIsThatOfClip() {
        ClipTokenizer tokenizer = ClipTokenizer.published(VocabularyFiles.PADDING);
        assertThat(tokenizer.vocabularySize()).isEqualTo(49408);
        assertThat(tokenizer.ids("A photo of a cat and a dog"))
                .containsExactly(320, 1125, 539, 320, 2368, 537, 320, 1929);
        assertThat(tokenizer.encode("a photo").ids()).startsWith(49406, 320, 1125, 49407, 49407);
        assertThat(ClipTokenizer.published(VocabularyFiles.PADDING_OF_SECOND)
                        .encode("a photo")
                        .ids())
                .isEqualTo(padded(List.of(49406, 320, 1125, 49407), 0));
    }

    private static List<Integer> padded(List<Integer> ids, int padding) {
        List<Integer> all = new ArrayList<>(ids);
        all.addAll(Collections.nCopies(77 - ids.size(), padding));
        return all;
    }

    private static String[] networks(ModelTemplate template) {
        return switch (template) {
            case TINY, SD15, SD2 -> new String[] {"unet", "vae", "text_encoder"};
            case SDXL -> new String[] {"unet", "vae", "text_encoder", "text_encoder_2"};
            case SDXL_REFINER -> new String[] {"unet", "vae", "text_encoder_2"};
        };
    }

    private Map<String, long[]> tensors(ModelTemplate template) {
        return new LinkedHashMap<>(SparseCheckpoint.tensors(template, folder, networks(template)));
    }

    private Path write(Map<String, long[]> tensors) {
        Path file = folder.resolve("model-" + tensors.size() + ".safetensors");
        SparseCheckpoint.write(file, tensors, Map.of());
        return file;
    }
}
