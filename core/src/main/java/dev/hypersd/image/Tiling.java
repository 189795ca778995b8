package dev.hypersd.image;

/**
 * How large pictures go through an autoencoder: in overlapping tiles, so that memory depends on the size of a tile and
 * not of the picture. Where one tile ends and the next begins, they fade into each other. The result differs a little
 * from that of the whole picture, because each tile is normalised by itself. What is no larger than a tile is left
 * whole.
 *
 * @param size of the largest tile in latents, in both directions
 * @param overlap of neighbours in latents, over which they fade
 */
public record Tiling(int size, int overlap) {
    /**
     * Tiles of 512 pixels where a latent is 8, a quarter of it shared: about 1 GiB of memory for the usual decoder in
     * F32.
     */
    public static final Tiling USUAL = new Tiling(64, 16);

    /**
     * @throws IllegalArgumentException unless the overlap is 1 to a third of the size, so that no more than two tiles
     *     fade at once
     */
    public Tiling {
        if (overlap < 1 || overlap > size / 3) {
            throw new IllegalArgumentException(
                    "tiles of size %d cannot overlap by %d; 1 to a third of the size is possible"
                            .formatted(size, overlap));
        }
    }
}
