package dev.hypersd.latents;

import dev.hypersd.data.CaptionedImage;
import dev.hypersd.file.Fingerprint;
import dev.hypersd.image.Image;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private final List<Optional<Image>> masks = new ArrayList<>();

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
        images.forEach(image -> {
            add(image.framing());
            masks.add(image.mask());
        });
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
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            tensors.put(LatentShard.LATENTS, Tensors.cat(0, latents));
            tensors.put(LatentShard.FRAMINGS, numbers.to(Dtype.I32.scalarType()));
            if (masks.stream().anyMatch(Optional::isPresent)) {
                tensors.put(LatentShard.MASKS, masks().to(Dtype.F16.scalarType()));
            }
            SafetensorsWriter.write(
                    file,
                    tensors,
                    Map.of(LatentShard.ENCODER, encoder, LatentShard.PICTURES, all, LatentShard.PIXELS, pixels));
            arena.close();
            return file;
        });
        return file;
    }

    /** Returns the masks at the size of the latents, {@code [B, h, w]}. */
    private Tensor masks() {
        int height = (int) latents.getFirst().size(2);
        int width = (int) latents.getFirst().size(3);
        float[] all = new float[masks.size() * height * width];
        Arrays.fill(all, 1);
        for (int i = 0; i < masks.size(); i++) {
            int first = i * height * width;
            masks.get(i).ifPresent(mask -> average(mask, height, width, all, first));
        }
        return Tensors.of(all, masks.size(), height, width);
    }

    /**
     * Averages a mask over the pixels of each latent.
     *
     * @param to receives {@code height * width} numbers from 0 to 1
     * @param first the index of the first of them
     */
    private static void average(Image mask, int height, int width, float[] to, int first) {
        byte[] rgb = mask.rgb();
        int rows = mask.height() / height;
        int columns = mask.width() / width;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int sum = 0;
                for (int i = 0; i < rows * columns; i++) {
                    int pixel = (y * rows + i / columns) * mask.width() + x * columns + i % columns;
                    sum += rgb[3 * pixel] & 0xFF;
                }
                to[first + y * width + x] = sum / (255f * rows * columns);
            }
        }
    }
}
