package dev.hypersd.model;

import dev.hypersd.nn.Placement;
import java.util.List;
import java.util.stream.Stream;

/**
 * The memory that a model takes, in bytes, estimated from its configurations and the headers of its files before a
 * weight is read.
 *
 * <p>Within a tenth of the peaks measured for single pictures of SD 1.5 and SDXL whose weights are converted; weights
 * that are mapped rest while others work ({@link Network#evictPages}) and take less (docs/performance.md).
 *
 * @param weights of all networks, in the types that they are held in
 * @param stepPerPixel the U-Net's feature maps, for each pixel of each picture that it works on at once
 * @param decodingPerPixel the decoder's feature maps, for each pixel that it decodes at once
 * @param nativeSize width and height of the pictures that the model was trained on
 */
public record MemoryEstimate(long weights, double stepPerPixel, double decodingPerPixel, int nativeSize) {
    /**
     * The maps of its first level that a U-Net holds at once: up to 18 in the feed-forward layer of a transformer, and
     * those kept for the decoder.
     */
    private static final int UNET_MAPS = 24;

    /**
     * The maps of the widest place that a decoder holds at once: the input, its normalised and padded copies, the
     * output.
     */
    private static final int DECODER_MAPS = 4;

    /** Returns the estimate for {@link DiffusionModel#load}; of the weights only headers are read. */
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
     * Returns the bytes that drawing takes in addition to the weights: a step of the U-Net or the work of the decoder,
     * whichever takes more.
     *
     * @param rows pictures that the U-Net works on at once, twice as many where it is guided
     * @param pixels of a picture
     * @param decoded pixels of what the decoder works on at once, a picture or a tile
     */
    public long drawing(long rows, long pixels, long decoded) {
        return (long) Math.max(rows * stepPerPixel * pixels, decodingPerPixel * decoded);
    }
}
