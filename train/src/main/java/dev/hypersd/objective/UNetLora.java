package dev.hypersd.objective;

import dev.hypersd.checkpoint.ModelFamily;
import dev.hypersd.latents.CaptionEmbeddings;
import dev.hypersd.lora.Component;
import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.LoraTargets;
import dev.hypersd.lora.LoraWriter;
import dev.hypersd.objective.FineTuning.Lora;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.training.LowRankTuning;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** A finished model over whose frozen U-Net a LoRA learns; the LoRA alone comes of it. */
record UNetLora(Lora lora, LatentDiffusion model, CaptionEmbeddings captions) implements Trainee {
    @Override
    public String name() {
        return "lora";
    }

    @Override
    public LowRankTuning tuning() {
        return new LowRankTuning(
                LoraLayers.weights(lora.layers(), model.unet().parameters()), lora.rank(), lora.alpha());
    }

    @Override
    public Tensor textOf(List<long[]> ids) {
        return captions.of(ids);
    }

    /** Writes {@code lora.safetensors}, with rank and alpha in the header where other trainers put them. */
    @Override
    public void publish(Path folder, Map<String, Tensor> averaged) {
        LoraTargets targets = new LoraTargets(
                ModelFamily.SD15.title(), Map.of(Component.UNET, model.unet().parameters()));
        new LoraWriter(targets, lora.spelling(), Dtype.F16)
                .write(
                        folder.resolve("lora.safetensors"),
                        tuning().factors(averaged),
                        Map.of(
                                "ss_network_dim", Integer.toString(lora.rank()),
                                "ss_network_alpha", Double.toString(lora.alpha())));
    }
}
