package dev.hypersd.objective;

import dev.hypersd.latents.CaptionEmbeddings;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.model.ModelPart;
import dev.hypersd.training.Tuning;
import dev.hypersd.unet.Conditioning;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** A pretrained model whose U-Net is trained with all its parameters. The result is a model directory. */
record FullUNet(ModelFiles files, LatentDiffusion model, CaptionEmbeddings captions) implements TunedModel {
    @Override
    public String name() {
        return "unet";
    }

    @Override
    public Tuning tuning() {
        return new Tuning.Full(model.unet().parameters());
    }

    @Override
    public Conditioning conditioning(List<long[]> ids, long... shape) {
        return model.conditioning(captions, ids, shape);
    }

    /** Writes the complete model directory: the U-Net in F16, and copies of the other parts. */
    @Override
    public void publish(Path folder, Map<String, Tensor> averaged) {
        model.unet().publish(folder.resolve("unet"), averaged, Map.of());
        for (ModelPart part : files.parts()) {
            if (!part.name().equals("unet")) {
                ModelFolder.copy(part.folder(), folder.resolve(part.name()));
            }
        }
        ModelFolder.copy(files.index().file(), folder.resolve("model_index.json"));
    }
}
