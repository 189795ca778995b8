package dev.hypersd.model;

import dev.hypersd.json.JsonObject;
import dev.hypersd.nn.Placement;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a model takes of the memory, in bytes, told from its configurations and the headers of its files before a weight is read.
 *
 * <p>Within a tenth of the peaks measured for single pictures of SD 1.5 and SDXL whose weights are converted; weights that are mapped rest while others work
 * ({@link Network#evictPages}) and take less (docs/performance.md).
 *
 * @param weights of all networks, in the types that they are held in
 * @param stepPerPixel the U-Net's feature maps, for each pixel of each picture that it works on at once
 * @param decodingPerPixel the decoder's feature maps, for each pixel that it decodes at once
 * @param nativeSize width and height of the pictures that the model was trained on
 */
public record MemoryEstimate(long weights, double stepPerPixel, double decodingPerPixel, int nativeSize) {
    /** The maps of its first level that a U-Net holds at once: up to 18 in the feed-forward layer of a transformer, and those kept for the decoder. */
    private static final int UNET_MAPS = 24;

    /** The maps of the widest place that a decoder holds at once: the input, its normalised and padded copies, the output. */
    private static final int DECODER_MAPS = 4;

    /**
     * The estimate for what {@link DiffusionModel#load} would load.
     *
     * @throws dev.hypersd.error.InvalidFileException if a file is missing, broken or of the wrong kind
     */
    public static MemoryEstimate of(Path directory, LoadOptions options) {
        ModelFiles files = options.files(directory);
        Placement placement = options.placement();
        ModelPart autoencoder = options.autoencoder(files);
        Placement decoder = options.autoencoderPlacement(autoencoder, files.family());
        Optional<ModelFiles> refiner = options.refiner(files);
        long weights = Denoiser.weightBytes(files, placement)
                + refiner.map(others -> Denoiser.weightBytes(others, placement)).orElse(0L)
                + autoencoder.weightBytes(decoder);
        JsonObject unet = files.part("unet").config();
        double first = Math.max(
                first(unet),
                refiner.map(others -> first(others.part("unet").config())).orElse(0.0));
        List<Integer> channels = channels(autoencoder);
        double scale = Math.scalb(1.0, channels.size() - 1);
        // At full size a decoder begins with the channels of the next coarser level.
        int widest = channels.get(Math.min(1, channels.size() - 1));
        return new MemoryEstimate(
                weights,
                UNET_MAPS * first * placement.dtype().bytes() / (scale * scale),
                (double) DECODER_MAPS * widest * decoder.dtype().bytes(),
                (int) (unet.positive("sample_size", 64) * scale));
    }

    private static double first(JsonObject unet) {
        return unet.integers("block_out_channels", List.of(320)).stream()
                .findFirst()
                .orElse(320);
    }

    /** Of each level, from full size to the latents'. */
    private static List<Integer> channels(ModelPart autoencoder) {
        JsonObject config = autoencoder.config();
        List<Integer> channels = NetworkType.of(config).equals(NetworkType.AUTOENCODER_TINY)
                ? config.integers("decoder_block_out_channels", List.of(64, 64, 64, 64))
                : config.integers("block_out_channels", List.of(64));
        return channels.isEmpty() ? List.of(1) : channels;
    }

    /**
     * What it takes to draw beside the weights: a step of the U-Net or the decoder's work, whichever takes more.
     *
     * @param rows pictures that the U-Net works on at once, twice as many where it is guided
     * @param pixels of a picture
     * @param decoded pixels of what the decoder works on at once, a picture or a tile
     */
    public long drawing(long rows, long pixels, long decoded) {
        return (long) Math.max(rows * stepPerPixel * pixels, decodingPerPixel * decoded);
    }
}
