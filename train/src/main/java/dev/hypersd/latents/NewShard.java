package dev.hypersd.latents;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;

/** A file of latents of one shape that is being made. */
final class NewShard {
    private final String pixels;
    private final TensorArena arena = new TensorArena();
    private final List<String> pictures = new ArrayList<>();
    private final List<Tensor> latents = new ArrayList<>();
    private final LongStream.Builder framings = LongStream.builder();

    /**
     * Begins the file.
     *
     * @param pixels a hash of the pixels of its first picture
     */
    NewShard(String pixels) {
        this.pixels = pixels;
    }

    /** Encodes pictures, which come with the texts that identify them. */
    void add(SequencedMap<String, CaptionedImage> added, LatentCache.Encoder encoder) {
        List<CaptionedImage> images = List.copyOf(added.values());
        latents.add(Engine.infer(() ->
                arena.own(TensorScope.scoped(() -> encoder.latents(images).to(Dtype.F16.scalarType())))));
        pictures.addAll(added.keySet());
        images.forEach(image -> add(image.framing()));
    }

    private void add(Framing framing) {
        framings.add(framing.originalHeight())
                .add(framing.originalWidth())
                .add(framing.cropTop())
                .add(framing.cropLeft())
                .add(framing.targetHeight())
                .add(framing.targetWidth());
    }

    /**
     * Writes the file.
     *
     * @return its path
     */
    Path write(Path folder, String encoder) {
        String all = String.join(" ", pictures);
        Path file = folder.resolve(
                "latents-%s.safetensors".formatted(new Fingerprint().add(all).digits(LatentFiles.DIGITS)));
        Engine.infer(() -> {
            Tensor numbers = Tensors.of(framings.build().toArray(), pictures.size(), LatentShard.FRAMING);
            SafetensorsWriter.write(
                    file,
                    Map.of(
                            LatentShard.LATENTS,
                            Tensors.cat(0, latents),
                            LatentShard.FRAMINGS,
                            numbers.to(Dtype.I32.scalarType())),
                    Map.of(LatentShard.ENCODER, encoder, LatentShard.PICTURES, all, LatentShard.PIXELS, pixels));
            arena.close();
            return file;
        });
        return file;
    }
}
