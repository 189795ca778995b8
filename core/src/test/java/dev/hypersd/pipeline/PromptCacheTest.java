package dev.hypersd.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hypersd.image.Image;
import dev.hypersd.model.ModelTemplate;
import dev.hypersd.model.RandomModel;
import dev.hypersd.prompt.PromptSyntax;
import dev.hypersd.request.Guidance;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.request.Prompt;
import dev.hypersd.tensor.Dtype;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptCacheTest {
    private static Path model;

    @BeforeAll
    static void write(@TempDir Path folder) {
        model = folder.resolve("tiny");
        RandomModel.write(model, ModelTemplate.TINY, 1, Dtype.F32, (written, total) -> {});
    }

    @Test
    void changedPromptsAreEncodedAgain() {
        Prompt prompt = Prompt.of("a (red:1.4) boat");
        List<ImageRequest> requests = List.of(
                request(prompt).build(),
                request(Prompt.of("a blue house")).build(),
                request(prompt).build(),
                request(prompt).clipSkip(1).build(),
                request(prompt).syntax(PromptSyntax.WEIGHTED).build(),
                request(prompt).guidance(Guidance.of(3)).build(),
                request(prompt.withNegative("green")).guidance(Guidance.of(3)).build(),
                request(prompt).imagesPerPrompt(2).build());
        List<Image> remembering = new ArrayList<>();
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(model)) {
            requests.forEach(request -> remembering.add(draw(pipeline, request)));
        }
        List<Image> anew = requests.stream()
                .map(request -> {
                    try (DiffusionPipeline pipeline = DiffusionPipeline.load(model)) {
                        return draw(pipeline, request);
                    }
                })
                .toList();
        assertThat(remembering).isEqualTo(anew);
        assertThat(remembering.get(2)).isEqualTo(remembering.get(0));
        assertThat(new HashSet<>(remembering.subList(0, 7))).hasSize(6);
    }

    @Test
    void warningsComeEachTime() {
        List<String> warnings = new ArrayList<>();
        GenerationListener listener = new GenerationListener() {
            @Override
            public void onWarning(String sentence) {
                warnings.add(sentence);
            }
        };
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(model)) {
            ImageRequest request = request(Prompt.of("boat ".repeat(100))).build();
            pipeline.generate(request, listener);
            pipeline.generate(request, listener);
        }
        assertThat(warnings).hasSize(2);
        assertThat(warnings.getFirst()).contains("the prompt is longer").isEqualTo(warnings.getLast());
    }

    private static ImageRequest.Builder request(Prompt prompt) {
        return ImageRequest.of(prompt).size(64, 64).steps(1).seed(3);
    }

    private static Image draw(DiffusionPipeline pipeline, ImageRequest request) {
        return pipeline.generate(request).getFirst().image();
    }
}
