package dev.hypersd.unet;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The sizes and options of a U-Net, as its {@code config.json} gives them.
 *
 * @param inChannels 4, or 9 for inpainting
 * @param outChannels 4
 * @param sampleSize height and width of the latents it was trained on; the size of a picture nobody gave a size for
 * @param levels from the finest feature maps to the coarsest
 * @param middle the transformer of the block between encoder and decoder
 * @param textChannels width of the text encoder's hidden states
 * @param projection how the layers around transformer blocks are stored
 * @param normGroups groups of every GroupNorm
 * @param normEps of the GroupNorms in residual blocks and before the output
 * @param time how timesteps are embedded
 * @param guidanceDimension width of the {@linkplain Conditioning#guidanceEmbedding guidance embedding}, if the network
 *     takes one
 * @param added SDXL's conditions, if the network takes them
 */
public record UNetConfig(
        int inChannels,
        int outChannels,
        int sampleSize,
        List<Level> levels,
        Transformer middle,
        int textChannels,
        Projection projection,
        int normGroups,
        double normEps,
        Time time,
        OptionalInt guidanceDimension,
        Optional<Added> added) {
    /**
     * The blocks of encoder and decoder at one resolution of feature maps.
     *
     * @param layers in the encoder; the decoder has one more
     * @param transformer of every layer, if the level has attention
     */
    public record Level(int channels, int layers, Optional<Transformer> transformer) {}

    /** Transformer blocks, one after another, each with so many attention heads. */
    public record Transformer(int blocks, int heads) {}

    /** Forms of the layers into and out of transformer blocks. */
    public enum Projection {
        /** SD 1.x. */
        CONVOLUTION,
        /** SD 2.x and SDXL. */
        LINEAR
    }

    /**
     * Timesteps as vectors.
     *
     * @param order of sines and cosines
     * @param shift of their frequencies
     * @param dimension of the embedding that residual blocks are told
     */
    public record Time(Order order, double shift, int dimension) {}

    /** Which half of a sinusoidal embedding comes first. */
    public enum Order {
        SINE_FIRST,
        COSINE_FIRST
    }

    /**
     * SDXL's conditions: the pooled text and, some numbers about the picture, each as a sinusoidal embedding of width
     * {@code idDimension}; together {@code dimension} wide.
     */
    public record Added(int idDimension, int dimension) {}

    public UNetConfig {
        levels = List.copyOf(levels);
    }

    /**
     * Returns the same for a network that takes latents of {@code channels} and no guidance embedding, as the
     * ControlNets of an inpainting U-Net do.
     */
    public UNetConfig withInputs(int channels) {
        return new UNetConfig(
                channels,
                outChannels,
                sampleSize,
                levels,
                middle,
                textChannels,
                projection,
                normGroups,
                normEps,
                time,
                OptionalInt.empty(),
                added);
    }

    /**
     * Returns the channels of what the encoder hands to the decoder: of the stem, of every layer and of every
     * downsampling, from first to last.
     */
    public List<Integer> skipChannels() {
        List<Integer> channels = new ArrayList<>(List.of(stemChannels()));
        for (int i = 0; i < levels.size(); i++) {
            int downsampling = i == levels.size() - 1 ? 0 : 1;
            channels.addAll(Collections.nCopies(
                    levels.get(i).layers() + downsampling, levels.get(i).channels()));
        }
        return channels;
    }

    /** Width of the embedding of time and added conditions. */
    int embeddingDimension() {
        return time.dimension();
    }

    /** Channels before the first and after the last level. */
    public int stemChannels() {
        return levels.getFirst().channels();
    }

    /** Returns the level below all others, where the middle block works. */
    public Level coarsest() {
        return levels.getLast();
    }

    /**
     * Reads the configuration of a {@code UNet2DConditionModel}.
     *
     * @throws InvalidFileException if a value is of the wrong type, contradicts another, or asks for something this
     *     network does not compute
     */
    public static UNetConfig from(JsonObject json) {
        return new UNetConfigReader(json).read();
    }
}
