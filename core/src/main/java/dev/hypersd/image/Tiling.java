package dev.hypersd.image;

/**
 * The division of large pictures into overlapping tiles for an autoencoder, so that memory depends on the size of a
 * tile and not of the picture. Neighbouring tiles are blended where they overlap. The result differs slightly from that
 * of the whole picture, because each tile is normalised by itself. A picture no larger than a tile is not divided.
 *
 * @param size the size of the largest tile in latents, in both directions
 * @param overlap the overlap of neighbours in latents, over which they are blended
 */
public record Tiling(int size, int overlap) {
    /**
     * Tiles of 64 latents (512 pixels) with a quarter of overlap, which take about 1 GiB of memory for the usual
     * decoder in F32.
     */
    public static final Tiling USUAL = new Tiling(64, 16);

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException unless the overlap is 1 to a third of the size, so that no more than two tiles
     *     are blended at once
     */
    public Tiling {
        if (overlap < 1 || overlap > size / 3) {
            throw new IllegalArgumentException(
                    "tiles of size %d cannot overlap by %d; 1 to a third of the size is possible"
                            .formatted(size, overlap));
        }
    }
}
