package dev.hypersd.objective;

import dev.hypersd.clip.ClipTextModel;
import dev.hypersd.data.Captioned;
import dev.hypersd.data.Pixels;
import dev.hypersd.json.Json;
import dev.hypersd.latents.LatentCache;
import dev.hypersd.latents.LatentSample;
import dev.hypersd.model.ModelPart;
import dev.hypersd.model.NetworkType;
import dev.hypersd.nn.Parameter;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.unet.UNet2DConditionModel;
import dev.hypersd.vae.AutoencoderKl;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The parts of a model of SD 1.5's kind while it is trained: the U-Net and the text encoder may learn, the autoencoder is finished.
 *
 * @param latentShape {@code [C, h, w]}
 */
record LatentDiffusion(
        StartedNetwork<UNet2DConditionModel> unet,
        StartedNetwork<ClipTextModel> text,
        AutoencoderKl autoencoder,
        ClipTokenizer tokenizer,
        NoiseSchedule schedule,
        long[] latentShape)
        implements LatentCache.Encoder {
    /**
     * Loads a model directory whose U-Net and text encoder may still be without weights.
     *
     * @param folder in the diffusers layout
     * @param autoencoder the folder of the finished autoencoder
     * @param seed of random weights
     */
    static LatentDiffusion load(Path folder, Path autoencoder, long seed, TensorArena arena) {
        StartedNetwork<UNet2DConditionModel> unet =
                StartedNetwork.load(NetworkType.UNET, folder.resolve("unet"), seed, arena);
        int size = unet.network().config().sampleSize();
        return new LatentDiffusion(
                unet,
                StartedNetwork.load(NetworkType.CLIP_TEXT, folder.resolve("text_encoder"), seed + 1, arena),
                ModelPart.in(autoencoder)
                        .load(NetworkType.AUTOENCODER_KL, Dtype.F32, arena)
                        .network(),
                ClipTokenizer.open(folder.resolve("tokenizer")),
                NoiseSchedule.from(Json.read(folder.resolve("scheduler/scheduler_config.json"))),
                new long[] {unet.network().config().inChannels(), size, size});
    }

    /** Everything that may learn, by the names that checkpoints use. */
    Map<String, Parameter> parameters() {
        Map<String, Parameter> all = new LinkedHashMap<>();
        unet.parameters().forEach((name, parameter) -> all.put("unet." + name, parameter));
        text.parameters().forEach((name, parameter) -> all.put("text_encoder." + name, parameter));
        return all;
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

    /** The latents of a batch, {@code [B, C, h, w]}. */
    Tensor latentsOf(List<LatentSample> batch) {
        int each = batch.getFirst().latents().length;
        float[] values = new float[batch.size() * each];
        for (int i = 0; i < batch.size(); i++) {
            System.arraycopy(batch.get(i).latents(), 0, values, i * each, each);
        }
        return Tensors.of(values, batch.size(), latentShape[0], latentShape[1], latentShape[2]);
    }

    /** What the U-Net is told of captions: {@code [B, N, D]}. */
    Tensor textOf(List<long[]> captions) {
        int each = captions.getFirst().length;
        long[] ids = new long[captions.size() * each];
        for (int i = 0; i < captions.size(); i++) {
            System.arraycopy(captions.get(i), 0, ids, i * each, each);
        }
        return text.network().forward(Tensors.of(ids, captions.size(), each)).lastHiddenState();
    }
}
