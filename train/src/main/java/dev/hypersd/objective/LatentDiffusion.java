package dev.hypersd.objective;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.error.InvalidFileException;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.json.Json;
import dev.hypersd.latents.CaptionEmbeddings.Encoded;
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
import dev.hypersd.nn.Parameter;
import dev.hypersd.preset.ModelFamily;
import dev.hypersd.request.MicroConditioning.Framing;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * The parts of a model during training, except the text encoder, which is trained by some objectives and not in memory
 * in others.
 *
 * @param family the model family
 * @param secondTokenizer the second tokenizer of SDXL
 * @param fingerprint identifies the encoder of the autoencoder, which makes the latents; the decoder is not part of it,
 *     so that it may be trained further
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
     * Loads a model directory whose U-Net may have no weights yet.
     *
     * @param folder the folder in the diffusers layout
     * @param autoencoder the folder of the trained autoencoder
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
     * Loads a pretrained model.
     *
     * @throws InvalidFileException if it is of a family that cannot be trained here
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

    /** Returns the tokenizers, one for each text encoder. */
    List<ClipTokenizer> tokenizers() {
        return Stream.concat(Stream.of(tokenizer), secondTokenizer.stream()).toList();
    }

    /**
     * Returns this model with a new word.
     *
     * @param ids its ids, for each tokenizer
     */
    LatentDiffusion with(String word, List<List<Integer>> ids) {
        return new LatentDiffusion(
                family,
                unet,
                autoencoder,
                tokenizer.with(Map.of(word, ids.getFirst())),
                secondTokenizer.map(second -> second.with(Map.of(word, ids.getLast()))),
                schedule,
                fingerprint);
    }

    /** Returns the U-Net with its noise schedule. */
    public Predictor predictor() {
        return new Predictor((latents, timesteps, text) -> unet.network().forward(latents, timesteps, text), schedule);
    }

    /**
     * Returns the memory in bytes that a sample takes in a training step, at least.
     *
     * @param shapes the shapes of latents, {@code [C, h, w]}, of which the largest counts
     */
    public double memoryOfSample(boolean gradientCheckpointing, List<long[]> shapes) {
        return shapes.stream()
                .mapToDouble(shape ->
                        SampleMemory.ofUNet(unet.network().config(), shape[1], shape[2], gradientCheckpointing))
                .max()
                .orElseThrow();
    }

    /** Returns the parameters of the U-Net that LoRAs can change. */
    LoraTargets loraTargets() {
        return loraTargets(Map.of());
    }

    /** Returns the parameters of the U-Net and of text encoders that LoRAs can change. */
    LoraTargets loraTargets(Map<Component, Map<String, Parameter>> textEncoders) {
        Map<Component, Map<String, Parameter>> networks = new LinkedHashMap<>();
        networks.put(Component.UNET, unet.parameters());
        networks.putAll(textEncoders);
        return new LoraTargets(family.title(), networks);
    }

    /**
     * Returns a LoRA that is applied to the U-Net and not trained. It is added to the weights at each use, since merged
     * weights would take the memory of a second U-Net.
     *
     * @param arena owns the LoRA
     * @throws InvalidFileException if the LoRA does not fit completely; or at use, if a factor holds NaN or infinity
     */
    public Adapters withLora(Path file, TensorArena arena) {
        return withLora(file, loraTargets(), arena);
    }

    /**
     * Returns a LoRA that is applied to {@code targets} and not trained, as {@link #withLora(Path, TensorArena)} does.
     */
    static Adapters withLora(Path file, LoraTargets targets, TensorArena arena) {
        Lora lora = arena.own(Lora.fit(LoraFile.open(file), targets));
        return new UnmergedAdapters(List.of(new WeightedLora(lora, 1)));
    }

    @Override
    public Tensor latents(List<CaptionedImage> samples) {
        Tensor pixels =
                ImageTensors.of(samples.stream().map(CaptionedImage::image).toList());
        return autoencoder.scale(autoencoder.posterior(pixels).mode());
    }

    /** Returns the token ids of a caption; those of the second tokenizer follow those of the first. */
    @Override
    public long[] ids(String caption) {
        return tokenizers().stream()
                .flatMap(words -> words.encode(caption).ids().stream())
                .mapToLong(Integer::longValue)
                .toArray();
    }

    /**
     * Returns the conditioning of captions and, for SDXL, of the framings of pictures.
     *
     * @param encoded the encoded captions
     * @param framings as many
     */
    Conditioning conditioning(Encoded encoded, List<Framing> framings) {
        Conditioning text = Conditioning.of(encoded.hidden());
        return encoded.pooled()
                .map(pooled -> text.with(new Conditioning.Added(pooled, timeIds(framings))))
                .orElse(text);
    }

    /** Returns original height and width, top and left of the crop, target height and width: {@code [B, 6]}. */
    private static Tensor timeIds(List<Framing> framings) {
        float[] numbers = new float[6 * framings.size()];
        int next = 0;
        for (Framing framing : framings) {
            numbers[next++] = framing.originalHeight();
            numbers[next++] = framing.originalWidth();
            numbers[next++] = framing.cropTop();
            numbers[next++] = framing.cropLeft();
            numbers[next++] = framing.targetHeight();
            numbers[next++] = framing.targetWidth();
        }
        return Tensors.of(numbers, framings.size(), 6);
    }

    /**
     * Returns the framing of whole pictures.
     *
     * @param shape the shape of their latents, {@code [C, h, w]}
     */
    Framing whole(long... shape) {
        int height = Math.toIntExact(shape[1] * autoencoder.scaleFactor());
        int width = Math.toIntExact(shape[2] * autoencoder.scaleFactor());
        return new Framing(height, width, 0, 0, height, width);
    }
}
