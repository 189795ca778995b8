package dev.hypersd.model;

import dev.hypersd.tensor.Placement;
import java.util.List;
import java.util.stream.Stream;

/**
 * The memory that a model takes, in bytes, estimated from its configurations and the headers of its files before any
 * weight is read.
 *
 * <p>It is within a tenth of the peaks measured for single pictures of SD 1.5 and SDXL whose weights are converted.
 * Mapped weights are evicted while other networks work ({@link Network#evictPages}) and take less
 * (docs/performance.md).
 *
 * @param weights the bytes of the weights of all networks, in the types in which they are held
 * @param stepPerPixel the bytes of the U-Net's feature maps, for each pixel of each picture that it processes at once
 * @param decodingPerPixel the bytes of the decoder's feature maps, for each pixel that it decodes at once
 * @param nativeSize width and height of the pictures that the model was trained on
 */
public record MemoryEstimate(long weights, double stepPerPixel, double decodingPerPixel, int nativeSize) {
    /**
     * The number of feature maps of the first level that a U-Net holds at once: up to 18 in the feed-forward layer of a
     * transformer, and those kept for the decoder.
     */
    private static final int UNET_MAPS = 24;

    /**
     * The number of feature maps that a decoder holds at once at its widest level: the input, its normalised and padded
     * copies, and the output.
     */
    private static final int DECODER_MAPS = 4;

    /** Estimates the memory of {@link DiffusionModel#load}. Of the weights only headers are read. */
    public static MemoryEstimate of(OpenedModel model) {
        Placement placement = model.placement();
        Placement decoder = model.autoencoderPlacement();
        List<OpenedDenoiser> denoisers = Stream.concat(Stream.of(model.denoiser()), model.refiner().stream())
                .toList();
        long weights = denoisers.stream()
                        .mapToLong(denoiser -> denoiser.weightBytes(placement))
                        .sum()
                + model.autoencoderNetwork().part().weightBytes(decoder);
        int channels = denoisers.stream()
                .mapToInt(denoiser -> denoiser.unet().config().stemChannels())
                .max()
                .orElseThrow();
        double scale = model.autoencoder().scaleFactor();
        return new MemoryEstimate(
                weights,
                UNET_MAPS * (double) channels * placement.dtype().bytes() / (scale * scale),
                (double) DECODER_MAPS
                        * model.autoencoder().fullSizeChannels()
                        * decoder.dtype().bytes(),
                model.nativeSize());
    }

    /**
     * Returns the bytes that drawing takes in addition to the weights: those of a step of the U-Net or of the decoder,
     * whichever are more.
     *
     * @param rows the number of pictures that the U-Net processes at once, twice as many with guidance
     * @param pixels the pixels of a picture
     * @param decoded the pixels that the decoder processes at once, those of a picture or a tile
     */
    public long drawing(long rows, long pixels, long decoded) {
        return (long) Math.max(rows * stepPerPixel * pixels, decodingPerPixel * decoded);
    }
}
