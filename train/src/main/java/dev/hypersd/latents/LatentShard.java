package dev.hypersd.latents;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.request.MicroConditioning.Framing;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.TensorArena;
import dev.hypersd.tensor.TensorScope;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.weights.SafetensorsFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * A mapped file of latents of one shape.
 *
 * @param pictures the texts that identify the pictures
 * @param pixels a hash of the pixels of the first picture
 * @param latents F16 {@code [B, C, h, w]}
 * @param framings original height and width, top and left of the crop, target height and width, I32 {@code [B, 6]}
 * @param masks what of the pictures counts, F16 {@code [B, h, w]}, if some have masks
 */
record LatentShard(
        Path file, List<String> pictures, String pixels, Tensor latents, Tensor framings, Optional<Tensor> masks) {
    static final String ENCODER = "encoder";
    static final String PICTURES = "pictures";
    static final String PIXELS = "pixels";
    static final String LATENTS = "latents";
    static final String FRAMINGS = "framings";
    static final String MASKS = "masks";

    /** How many numbers a framing has. */
    static final int FRAMING = 6;

    /**
     * Maps a file.
     *
     * @param encoder identifies the encoder
     * @param arena owns the tensors
     * @return empty if an earlier version of this program has written the file, which does not say how pictures were
     *     cropped
     * @throws InvalidFileException if it is of another encoder, or no file of latents
     */
    static Optional<LatentShard> map(Path path, String encoder, TensorArena arena) {
        return Engine.call(() -> {
            SafetensorsFile file = arena.own(SafetensorsFile.open(path));
            Map<String, String> metadata = file.metadata();
            String found = metadata.getOrDefault(ENCODER, "none");
            if (!found.equals(encoder)) {
                throw new InvalidFileException(
                        path,
                        ("has latents of another autoencoder (fingerprint %s, not %s); remove its folder, or name"
                                        + " another one")
                                .formatted(found, encoder));
            }
            List<String> pictures = List.of(metadata.getOrDefault(PICTURES, "").split(" "));
            Tensor latents = arena.own(TensorScope.scoped(() -> file.find(LATENTS)
                    .filter(stored -> stored.shape().length == 4 && stored.shape()[0] == pictures.size())
                    .orElseThrow(() -> new InvalidFileException(path, "is not a file of latents; delete it"))
                    .load()));
            return file.find(FRAMINGS)
                    .filter(stored -> Arrays.equals(stored.shape(), new long[] {pictures.size(), FRAMING}))
                    .map(stored -> arena.own(TensorScope.scoped(stored::load)))
                    .map(framings -> new LatentShard(
                            path,
                            pictures,
                            metadata.getOrDefault(PIXELS, ""),
                            latents,
                            framings,
                            file.find(MASKS).map(stored -> arena.own(TensorScope.scoped(stored::load)))));
        });
    }

    /** Returns the shape of the latents of a picture, {@code [C, h, w]}. */
    long[] shape() {
        long[] all = Tensors.shape(latents);
        return Arrays.copyOfRange(all, 1, all.length);
    }

    /** Returns a picture. */
    EncodedImage get(int row) {
        return new EncodedImage(
                row(latents, row),
                shape(),
                framing(row),
                masks.map(all -> row(all, row)).orElse(new float[0]));
    }

    private static float[] row(Tensor all, int row) {
        MemorySegment stored = Tensors.data(all);
        float[] values = new float[(int) (all.numel() / all.size(0))];
        long first = (long) row * values.length;
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.float16ToFloat(stored.getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, first + i));
        }
        return values;
    }

    private Framing framing(int row) {
        MemorySegment stored = Tensors.data(framings);
        int[] numbers = new int[FRAMING];
        for (int i = 0; i < FRAMING; i++) {
            numbers[i] = stored.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, (long) row * FRAMING + i);
        }
        return new Framing(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]);
    }
}
