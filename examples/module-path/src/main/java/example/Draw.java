package example;

import dev.hypersd.mini.EmbeddedModel;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.preset.Presets;
import dev.hypersd.request.ImageRequest;
import java.nio.file.Path;

/** Draws a prompt with the model that comes with the library: {@code Draw PROMPT FILE}. */
public final class Draw {
    private Draw() {}

    public static void main(String[] arguments) {
        try (DiffusionPipeline pipeline = DiffusionPipeline.load(EmbeddedModel.folder())) {
            ImageRequest request = ImageRequest.of(arguments[0])
                    .lora(EmbeddedModel.lora(), 1)
                    .preset(Presets.named("mini-unified"))
                    .seed(7)
                    .build();
            pipeline.generate(request).getFirst().save(Path.of(arguments[1]));
        }
    }
}
