package dev.hypersd.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import dev.hypersd.prompt.PromptSyntax;
import dev.hypersd.reference.ReferenceCase;
import dev.hypersd.request.Guidance;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Prompt;
import dev.hypersd.sampler.Samplers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights and parts of a prompt change the picture as documented. */
class PromptSyntaxTest {
    private static final String LONG = "a small red cat on a wooden table near the sea, ".repeat(9);

    @ParameterizedTest
    @ValueSource(strings = {"sd15", "sdxl"})
    void aPromptWithoutWeightsIsTheSameInBothSyntaxes(String model) {
        try (DiffusionPipeline pipeline = load(model)) {
            assertThat(draw(pipeline, PromptSyntax.WEIGHTED, "a cat", "blurry"))
                    .isEqualTo(draw(pipeline, PromptSyntax.PLAIN, "a cat", "blurry"));
            assertThat(draw(pipeline, PromptSyntax.WEIGHTED, "a (cat:1.0)", "\\(blurry\\)"))
                    .isEqualTo(draw(pipeline, PromptSyntax.PLAIN, "a cat", "(blurry)"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sd15", "sdxl"})
    void weightsPartsAndWhatComesAfter75TokensChangeThePicture(String model) {
        try (DiffusionPipeline pipeline = load(model)) {
            List<Image> images = new ArrayList<>();
            for (String prompt :
                    List.of("a cat", "a (cat:1.5)", "a [cat]", "a BREAK cat", LONG + "a cat", LONG + "a dog")) {
                images.add(draw(pipeline, PromptSyntax.WEIGHTED, prompt, "blurry"));
            }
            images.add(draw(pipeline, PromptSyntax.WEIGHTED, "a cat", LONG));
            assertThat(images).doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sd15", "sdxl"})
    void aPictureDoesNotDependOnOtherPromptsOfTheSameLengthInTheBatch(String model) {
        try (DiffusionPipeline pipeline = load(model)) {
            Image alone = draw(pipeline, PromptSyntax.WEIGHTED, "a (cat:1.5)", "blurry");
            ImageRequest both = request(
                    PromptSyntax.WEIGHTED,
                    Prompt.of("a (cat:1.5)").withNegative("blurry"),
                    Prompt.of("a dog").withNegative("blurry"));
            AlikePictures.assertAlike(pipeline.generate(both).getFirst().image(), alone);
        }
    }

    private static DiffusionPipeline load(String model) {
        return DiffusionPipeline.load(
                ReferenceCase.root().resolve("pipelines/models").resolve(model));
    }

    private static Image draw(DiffusionPipeline pipeline, PromptSyntax syntax, String prompt, String negative) {
        return pipeline.generate(request(syntax, Prompt.of(prompt).withNegative(negative)))
                .getFirst()
                .image();
    }

    private static ImageRequest request(PromptSyntax syntax, Prompt... prompts) {
        return ImageRequest.of(prompts)
                .syntax(syntax)
                .seed(5)
                .size(64, 64)
                .steps(2)
                .sampler(Samplers.named("ddim"))
                .guidance(Guidance.of(4))
                .build();
    }
}
