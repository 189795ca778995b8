package dev.hypersd.mini;

import dev.hypersd.image.Image;
import dev.hypersd.judge.JudgeFolder;
import dev.hypersd.judge.detection.AttributeDecoder;
import dev.hypersd.judge.detection.AttributeReader;
import dev.hypersd.judge.detection.Detections;
import dev.hypersd.model.LoadOptions;
import dev.hypersd.model.ModelSource;
import dev.hypersd.pipeline.DiffusionPipeline;
import dev.hypersd.pipeline.GeneratedImage;
import dev.hypersd.request.Guidance;
import dev.hypersd.request.ImageRequest;
import dev.hypersd.sampler.Samplers;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.TensorArena;
import java.util.List;

/**
 * The embedded model and its attribute reader: draws pictures in the type that is fastest here, and says what they
 * show.
 */
record JudgedPictures(DiffusionPipeline pipeline, AttributeReader reader, TensorArena arena) implements AutoCloseable {
    static JudgedPictures load() {
        TensorArena arena = new TensorArena();
        AttributeReader reader = new JudgeFolder(EmbeddedModel.judges()).attributes(arena);
        LoadOptions options = LoadOptions.DEFAULT.withDtype(Engine.fastestDtype());
        return new JudgedPictures(
                DiffusionPipeline.load(new ModelSource(EmbeddedModel.folder(), options)), reader, arena);
    }

    static ImageRequest.Builder request() {
        return ImageRequest.of("").size(128, 128).guidance(Guidance.of(1));
    }

    /** The sampler and the LoRA of the preset that the program takes unless another is named. */
    static ImageRequest.Builder fewSteps() {
        return request().sampler(Samplers.named("tcd").withEta(0.6)).steps(4).lora(EmbeddedModel.lora(), 1);
    }

    List<Detections> draw(ImageRequest.Builder request) {
        List<Image> images = pipeline.generate(request.build()).stream()
                .map(GeneratedImage::image)
                .toList();
        return Engine.infer(() -> new AttributeDecoder(reader).decode(reader.grid(ImageTensors.of(images))));
    }

    @Override
    public void close() {
        pipeline.close();
        Engine.call(() -> {
            arena.close();
            return arena;
        });
    }
}
