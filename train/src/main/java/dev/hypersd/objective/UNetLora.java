package dev.hypersd.objective;

import dev.hypersd.latents.CaptionEmbeddings;
import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.LoraWriter;
import dev.hypersd.nn.Adapters;
import dev.hypersd.nn.Parameter;
import dev.hypersd.objective.FineTuning.Lora;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.LowRankTuning;
import dev.hypersd.unet.Conditioning;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * A pretrained model with a LoRA that is trained on its frozen U-Net. The result is the LoRA only.
 *
 * @param tuning the factors of the LoRA
 */
record UNetLora(Lora lora, LatentDiffusion model, CaptionEmbeddings captions, LowRankTuning tuning)
        implements TunedModel {
    static UNetLora of(Lora lora, LatentDiffusion model, CaptionEmbeddings captions, TensorArena arena) {
        Map<String, Parameter> targets = FineTuning.selected(
                LoraLayers.weights(lora.layers(), model.unet().parameters()), lora.trainable());
        LowRankTuning tuning = new LowRankTuning(
                targets,
                lora.rank(),
                lora.alpha(),
                lora.over().map(file -> model.withLora(file, arena)).orElse(Adapters.NONE),
                lora.start()
                        .map(file -> new StoredFactors(file, model.loraTargets()).of(targets, lora.rank(), arena))
                        .orElse(List.of()));
        return new UNetLora(lora, model, captions, tuning);
    }

    @Override
    public String name() {
        return "lora";
    }

    @Override
    public Conditioning conditioning(List<long[]> ids, long... shape) {
        return model.conditioning(captions, ids, shape);
    }

    /** Writes {@code lora.safetensors}, with rank and alpha in the header keys that other trainers use. */
    @Override
    public void publish(Path folder, Map<String, Tensor> averaged) {
        new LoraWriter(model.loraTargets(), lora.spelling(), Dtype.F16)
                .write(
                        folder.resolve("lora.safetensors"),
                        tuning.factors(averaged),
                        Map.of(
                                "ss_network_dim", Integer.toString(lora.rank()),
                                "ss_network_alpha", Double.toString(lora.alpha())));
    }
}
