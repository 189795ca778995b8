package dev.hypersd.objective;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.Spelling;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplePromptTest {
    private static final SamplePrompt PLAIN = new SamplePrompt("a red cat", "", 2, 3, 1);

    @TempDir
    private Path folder;

    @Test
    void allThatASampleSaysChangesItsPicture() {
        List<Image> pictures = draw(
                PLAIN,
                new SamplePrompt("two stars", "", 2, 3, 1),
                new SamplePrompt("a red cat", "blurry", 2, 3, 1),
                new SamplePrompt("a red cat", "", 3, 3, 1),
                new SamplePrompt("a red cat", "", 2, 5, 1),
                new SamplePrompt("a red cat", "", 2, 3, 2));

        assertThat(pictures).doesNotHaveDuplicates();
    }

    @Test
    void theSamePictureIsDrawnWhateverIsDrawnBeforeIt() {
        List<Image> pictures = draw(PLAIN, new SamplePrompt("two stars", "", 2, 1, 7), PLAIN);

        assertThat(pictures.getLast()).isEqualTo(pictures.getFirst());
    }

    @Test
    void aNegativePromptHasNoEffectWithoutGuidance() {
        List<Image> pictures =
                draw(new SamplePrompt("a red cat", "", 2, 1, 1), new SamplePrompt("a red cat", "blurry", 2, 1, 1));

        assertThat(pictures.getLast()).isEqualTo(pictures.getFirst());
    }

    private List<Image> draw(SamplePrompt... prompts) {
        Path model = folder.resolve("model");
        RandomModel.write(model, ModelTemplate.TINY, 1, Dtype.F16, (written, total) -> {});
        ModelFiles files = ModelFiles.open(model);
        FineTuning change = new FineTuning.Lora(2, 2, EnumSet.allOf(LoraLayers.class), Spelling.KOHYA);
        try (TensorArena arena = new TensorArena()) {
            PretrainedModel pretrained = PretrainedModel.open(
                    files, new TinyFineTuning(folder).pictures(model, new ArrayList<>()), List.of(prompts), 0, arena);
            TunedModel tuned = TunedModel.of(change, files, pretrained, arena);
            long[] shape = pretrained.samples().shapes().getFirst();
            return Engine.infer(() ->
                    Stream.of(prompts).map(prompt -> prompt.draw(tuned, shape)).toList());
        }
    }
}
