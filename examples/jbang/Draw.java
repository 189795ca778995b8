///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 25+
//DEPS dev.hypersd:hypersd-mini:0.2.0
//DEPS org.bytedeco:javacpp:1.5.13:linux-x86_64
//DEPS org.bytedeco:openblas:0.3.31-1.5.13:linux-x86_64
//DEPS org.bytedeco:pytorch:2.10.0-1.5.13:linux-x86_64
//RUNTIME_OPTIONS --enable-native-access=ALL-UNNAMED

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
