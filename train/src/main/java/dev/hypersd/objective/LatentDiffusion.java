package dev.hypersd.objective;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.json.Json;
import dev.hypersd.latents.CaptionEmbeddings;
import dev.hypersd.latents.LatentCache;
import dev.hypersd.lora.Component;
import dev.hypersd.lora.Lora;
import dev.hypersd.lora.LoraFile;
import dev.hypersd.lora.LoraTargets;
import dev.hypersd.lora.UnmergedAdapters;
import dev.hypersd.lora.WeightedLora;
import dev.hypersd.model.ModelFiles;
import dev.hypersd.model.ModelPart;
import dev.hypersd.model.Network;
import dev.hypersd.model.NetworkType;
import dev.hypersd.nn.Adapters;
import dev.hypersd.preset.ModelFamily;
import dev.hypersd.schedule.NoiseSchedule;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.ImageTensors;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.tokenizer.ClipTokenizer;
import dev.hypersd.unet.Conditioning;
import dev.hypersd.unet.UNet2DConditionModel;
import dev.hypersd.vae.AutoencoderKl;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * The parts of a model while it is trained, all but the text encoder, which learns in some objectives and is not even
 * in memory in others.
 *
 * @param family whose kind the model is of
 * @param secondTokenizer the second tokenizer of SDXL
 * @param fingerprint the fingerprint of what makes latents; the half of the autoencoder that draws is not part of it
 *     and may learn on
 */
public record LatentDiffusion(
        ModelFamily family,
        StartedNetwork<UNet2DConditionModel> unet,
        AutoencoderKl autoencoder,
        ClipTokenizer tokenizer,
        Optional<ClipTokenizer> secondTokenizer,
        NoiseSchedule schedule,
        String fingerprint)
        implements LatentCache.Encoder {
    /**
     * Loads a model directory whose U-Net may still be without weights.
     *
     * @param folder the folder in the diffusers layout
     * @param autoencoder the folder of the finished autoencoder
     * @param seed the seed of random weights
     */
    static LatentDiffusion started(Path folder, Path autoencoder, long seed, TensorArena arena) {
        return of(
                ModelFamily.SD15,
                StartedNetwork.load(NetworkType.UNET, folder.resolve("unet"), seed, arena),
                ModelPart.in(autoencoder).load(NetworkType.AUTOENCODER_KL, Dtype.F32, arena),
                ClipTokenizer.open(folder.resolve("tokenizer")),
                Optional.empty(),
                NoiseSchedule.from(Json.read(folder.resolve("scheduler/scheduler_config.json"))));
    }

    /**
     * Loads a finished model.
     *
     * @throws InvalidFileException if it is of a family that is not trained here
     */
    static LatentDiffusion pretrained(ModelFiles files, TensorArena arena) {
        if (files.family() == ModelFamily.SDXL_REFINER) {
            throw new InvalidFileException(
                    files.path(), "is a refiner of SDXL, which is not trained here; SD 1.x, SD 2.x and SDXL are");
        }
        return of(
                files.family(),
                StartedNetwork.stored(NetworkType.UNET, files.part("unet"), arena),
                files.part("vae").load(NetworkType.AUTOENCODER_KL, Dtype.F32, arena),
                files.part("tokenizer").tokenizer(),
                files.family() == ModelFamily.SDXL
                        ? Optional.of(files.part("tokenizer_2").tokenizer())
                        : Optional.empty(),
                NoiseSchedule.from(files.part("scheduler").config()));
    }

    private static LatentDiffusion of(
            ModelFamily family,
            StartedNetwork<UNet2DConditionModel> unet,
            Network<AutoencoderKl> autoencoder,
            ClipTokenizer tokenizer,
            Optional<ClipTokenizer> secondTokenizer,
            NoiseSchedule schedule) {
        return new LatentDiffusion(
                family, unet, autoencoder.network(), tokenizer, secondTokenizer, schedule, fingerprint(autoencoder));
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

    /** Returns the U-Net with its noise schedule. */
    public Predictor predictor() {
        return new Predictor((latents, timesteps, text) -> unet.network().forward(latents, timesteps, text), schedule);
    }

    /** Returns the U-Net, as LoRAs see it. */
    LoraTargets loraTargets() {
        return new LoraTargets(family.title(), Map.of(Component.UNET, unet.parameters()));
    }

    /**
     * Returns the U-Net with a LoRA that stays as it is. It is laid over a weight each time this is used; merged ones
     * would take the memory of a second U-Net.
     *
     * @param arena owns the LoRA
     * @throws InvalidFileException if the LoRA does not fit in whole; when it is used, if a factor holds NaN or
     *     infinity
     */
    public Adapters withLora(Path file, TensorArena arena) {
        Lora lora = arena.own(Lora.fit(LoraFile.open(file), loraTargets()));
        return new UnmergedAdapters(List.of(new WeightedLora(lora, 1)));
    }

    @Override
    public Tensor latents(List<CaptionedImage> samples) {
        Tensor pixels =
                ImageTensors.of(samples.stream().map(CaptionedImage::image).toList());
        return autoencoder.scale(autoencoder.posterior(pixels).mode());
    }

    /** Those of the second tokenizer follow those of the first. */
    @Override
    public long[] ids(String caption) {
        return Stream.concat(Stream.of(tokenizer), secondTokenizer.stream())
                .flatMap(words -> words.encode(caption).ids().stream())
                .mapToLong(Integer::longValue)
                .toArray();
    }

    /**
     * Returns the conditioning of captions and, with SDXL, of pictures: that they are whole and of the size that is
     * learned.
     *
     * @param encoded where the captions are found
     * @param shape the shape of latents, {@code [C, h, w]}
     */
    Conditioning conditioning(CaptionEmbeddings encoded, List<long[]> captions, long... shape) {
        Conditioning text = Conditioning.of(encoded.of(captions));
        return encoded.pooled(captions)
                .map(pooled -> text.with(new Conditioning.Added(pooled, framings(captions.size(), shape))))
                .orElse(text);
    }

    /** Original height and width, top and left of the crop, target height and width: {@code [count, 6]}. */
    private Tensor framings(int count, long... shape) {
        float height = shape[1] * autoencoder.scaleFactor();
        float width = shape[2] * autoencoder.scaleFactor();
        return Tensors.of(new float[] {height, width, 0, 0, height, width}, 1, 6)
                .expand(count, -1);
    }
}
