package dev.hypersd.objective;

import dev.hypersd.checkpoint.ModelFamily;
import dev.hypersd.data.Captioned;
import dev.hypersd.data.Pixels;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.json.Json;
import dev.hypersd.latents.LatentCache;
import dev.hypersd.lora.Component;
import dev.hypersd.lora.Lora;
import dev.hypersd.lora.LoraFile;
import dev.hypersd.lora.LoraTargets;
import dev.hypersd.lora.MergedAdapters;
import dev.hypersd.lora.WeightedLora;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.model.ModelPart;
import dev.hypersd.model.Network;
import dev.hypersd.model.NetworkType;
import dev.hypersd.nn.Adapters;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.unet.UNet2DConditionModel;
import dev.hypersd.vae.AutoencoderKl;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.Tensor;

/**
 * The parts of a model of SD 1.5's kind while it is trained, all but the text encoder, which learns in some objectives and is not even in
 * memory in others.
 *
 * @param fingerprint of what makes latents; the half of the autoencoder that draws is not part of it and may learn on
 */
public record LatentDiffusion(
        StartedNetwork<UNet2DConditionModel> unet,
        AutoencoderKl autoencoder,
        ClipTokenizer tokenizer,
        NoiseSchedule schedule,
        String fingerprint)
        implements LatentCache.Encoder {
    /**
     * Loads a model directory whose U-Net may still be without weights.
     *
     * @param folder in the diffusers layout
     * @param autoencoder the folder of the finished autoencoder
     * @param seed of random weights
     */
    static LatentDiffusion started(Path folder, Path autoencoder, long seed, TensorArena arena) {
        return of(
                StartedNetwork.load(NetworkType.UNET, folder.resolve("unet"), seed, arena),
                ModelPart.in(autoencoder).load(NetworkType.AUTOENCODER_KL, Dtype.F32, arena),
                ClipTokenizer.open(folder.resolve("tokenizer")),
                NoiseSchedule.from(Json.read(folder.resolve("scheduler/scheduler_config.json"))));
    }

    /**
     * Loads a finished model.
     *
     * @throws InvalidFileException if it is not of SD 1.5's kind
     */
    static LatentDiffusion finished(ModelFiles files, TensorArena arena) {
        if (files.family() != ModelFamily.SD15) {
            throw new InvalidFileException(
                    files.path(),
                    "is a model of the kind %s; only those of the kind %s can be fine-tuned so far"
                            .formatted(files.family().title(), ModelFamily.SD15.title()));
        }
        return of(
                StartedNetwork.stored(NetworkType.UNET, files.part("unet"), arena),
                files.part("vae").load(NetworkType.AUTOENCODER_KL, Dtype.F32, arena),
                ClipTokenizer.open(files.part("tokenizer").folder()),
                NoiseSchedule.from(files.part("scheduler").config()));
    }

    private static LatentDiffusion of(
            StartedNetwork<UNet2DConditionModel> unet,
            Network<AutoencoderKl> autoencoder,
            ClipTokenizer tokenizer,
            NoiseSchedule schedule) {
        return new LatentDiffusion(unet, autoencoder.network(), tokenizer, schedule, fingerprint(autoencoder));
    }

    private static String fingerprint(Network<AutoencoderKl> autoencoder) {
        Fingerprint fingerprint =
                new Fingerprint().add(autoencoder.network().config().scaling().toString());
        new TreeMap<>(autoencoder.parameters()).forEach((name, parameter) -> {
            if (!AutoencoderObjective.Part.DECODER.has(name)) {
                fingerprint.add(name).add(Tensors.data(parameter.base()).asByteBuffer());
            }
        });
        return fingerprint.digits();
    }

    /** The U-Net, as LoRAs see it. */
    LoraTargets loraTargets() {
        return new LoraTargets(ModelFamily.SD15.title(), Map.of(Component.UNET, unet.parameters()));
    }

    /**
     * The U-Net with a LoRA that stays as it is.
     *
     * @param arena owns the changed weights
     * @throws InvalidFileException if the LoRA does not fit in whole
     */
    public Adapters withLora(Path file, TensorArena arena) {
        try (Lora lora = Lora.fit(LoraFile.open(file), loraTargets())) {
            return arena.own(MergedAdapters.merge(List.of(new WeightedLora(lora, 1))));
        }
    }

    @Override
    public Tensor latents(List<Captioned> samples) {
        Tensor pixels = Pixels.of(samples.stream().map(Captioned::image).toList());
        return autoencoder.scale(autoencoder.posterior(pixels).mode());
    }

    @Override
    public long[] ids(String caption) {
        return tokenizer.encode(caption).ids().stream()
                .mapToLong(Integer::longValue)
                .toArray();
    }
}
