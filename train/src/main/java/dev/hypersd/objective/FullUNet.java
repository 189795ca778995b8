package dev.hypersd.objective;

import dev.hypersd.model.ModelFiles;
import dev.hypersd.model.ModelPart;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.training.Tuning;
import dev.hypersd.unet.Conditioning;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.bytedeco.pytorch.Tensor;

/**
 * A pretrained model whose U-Net itself is trained. The result is a model directory.
 *
 * @param trainable selects the trained parameters by their names
 */
record FullUNet(ModelFiles files, PretrainedModel pretrained, Predicate<String> trainable) implements TunedModel {
    @Override
    public String name() {
        return "unet";
    }

    /**
     * Returns the trained parameters.
     *
     * @throws dev.hypersd.error.InvalidRequestException if none is trained
     */
    @Override
    public Tuning tuning() {
        return new Tuning.Full(FineTuning.selected(model().unet().parameters(), trainable));
    }

    @Override
    public LatentDiffusion model() {
        return pretrained.model();
    }

    @Override
    public Conditioning conditioning(List<long[]> captions, List<Framing> framings) {
        return pretrained.task().conditioning(captions, framings);
    }

    /** Writes the complete model directory: the U-Net in F16, and copies of the other parts. */
    @Override
    public void publish(Path folder, Map<String, Tensor> averaged) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        model().unet()
                .parameters()
                .forEach((name, parameter) -> all.put(name, averaged.getOrDefault(name, parameter.base())));
        model().unet().publish(folder.resolve("unet"), all, Map.of());
        for (ModelPart part : files.parts()) {
            if (!part.name().equals("unet")) {
                ModelFolder.copy(part.folder(), folder.resolve(part.name()));
            }
        }
        ModelFolder.copy(files.index().file(), folder.resolve("model_index.json"));
    }
}
