package dev.hypersd.objective;

import dev.hypersd.lora.LoraLayers;
import dev.hypersd.lora.LoraTargets;
import dev.hypersd.lora.LoraWriter;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.nn.Adapters;
import dev.hypersd.nn.Parameter;
import dev.hypersd.objective.FineTuning.Lora;
import dev.hypersd.preset.ModelFamily;
import dev.hypersd.preset.StatedPreset;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.training.DoraTuning;
import dev.hypersd.training.FactorTuning;
import dev.hypersd.training.LowRankTuning;
import dev.hypersd.unet.Conditioning;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A pretrained model with a LoRA that is trained on its frozen U-Net, and on its text encoders where they are trained
 * too. The result is the LoRA only.
 *
 * @param tuning the factors of the LoRA
 * @param metadata what the file of the LoRA says about it
 */
record TrainedLora(Lora lora, PretrainedModel pretrained, FactorTuning tuning, Map<String, String> metadata)
        implements TunedModel {
    static TrainedLora of(Lora lora, ModelFiles files, PretrainedModel pretrained, TensorArena arena) {
        Map<String, Parameter> targets = targets(lora.targets(), pretrained);
        LoraTargets networks = pretrained.loraTargets();
        LowRankTuning lowRank = new LowRankTuning(
                targets,
                lora.rank(),
                lora.alpha(),
                lora.over()
                        .map(file -> LatentDiffusion.withLora(file, networks, arena))
                        .orElse(Adapters.NONE),
                lora.start()
                        .map(file -> new StoredFactors(file, networks).of(targets, lora.rank(), arena))
                        .orElse(List.of()));
        FactorTuning tuning = switch (lora.form()) {
            case LORA -> lowRank;
            case DORA -> new DoraTuning(lowRank);
        };
        return new TrainedLora(lora, pretrained, tuning, metadata(lora, files, pretrained));
    }

    /** Returns the changed weights by their names in checkpoints: those of text encoders begin with their folder. */
    private static Map<String, Parameter> targets(FineTuning.Targets wanted, PretrainedModel pretrained) {
        Map<String, Parameter> targets = FineTuning.selected(
                LoraLayers.weights(wanted.layers(), pretrained.model().unet().parameters()), wanted.trainable());
        pretrained
                .textEncoders()
                .ifPresent(text -> text.parameters()
                        .forEach((component, parameters) -> LoraLayers.ofTextEncoder(parameters)
                                .forEach(
                                        (name, parameter) -> targets.put(component.folder() + "." + name, parameter))));
        return targets;
    }

    @Override
    public LatentDiffusion model() {
        return pretrained.model();
    }

    @Override
    public String name() {
        return "lora";
    }

    @Override
    public Conditioning conditioning(List<long[]> captions, List<Framing> framings) {
        return pretrained.task().conditioning(captions, framings);
    }

    /**
     * Returns what others read in the file: the keys of kohya's trainers, those of the model specification of Stability
     * AI, and this program's own for the settings of use and the data.
     */
    private static Map<String, String> metadata(Lora lora, ModelFiles files, PretrainedModel pretrained) {
        boolean isXl = files.family() == ModelFamily.SDXL;
        Map<String, String> metadata = new TreeMap<>(lora.stated());
        switch (lora.form()) {
            case LORA -> metadata.put("ss_network_module", "networks.lora");
            case DORA -> {
                metadata.put("ss_network_module", "lycoris.kohya");
                metadata.put("ss_network_args", "{\"algo\": \"lora\", \"dora_wd\": true, \"wd_on_output\": true}");
            }
        }
        metadata.put("ss_network_dim", Integer.toString(lora.rank()));
        metadata.put("ss_network_alpha", Double.toString(lora.alpha()));
        metadata.put(StatedPreset.BASE, isXl ? "sdxl_base_v1-0" : "sd_v1");
        metadata.put("ss_sd_model_name", String.valueOf(files.path().getFileName()));
        metadata.put("modelspec.sai_model_spec", "1.0.0");
        metadata.put(
                "modelspec.architecture", (isXl ? "stable-diffusion-xl-v1-base" : "stable-diffusion-v1") + "/lora");
        @Nullable String version = TrainedLora.class.getPackage().getImplementationVersion();
        metadata.put("hypersd.trained_by", "hypersd " + (version == null ? "(built from classes)" : version));
        metadata.put("hypersd.data", pretrained.samples().fingerprint());
        return metadata;
    }

    /** Writes {@code lora.safetensors}. Equal weights, recipes and data give equal files. */
    @Override
    public void publish(Path folder, Map<String, Tensor> averaged) {
        new LoraWriter(pretrained.loraTargets(), lora.spelling(), Dtype.F16)
                .write(folder.resolve("lora.safetensors"), tuning.factors(averaged), metadata);
    }
}
