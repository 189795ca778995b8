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
 * @param sampleSize the height and width of the latents that it was trained on, which give the default size of pictures
 * @param levels the levels from the finest feature maps to the coarsest
 * @param middle the transformer of the middle block
 * @param textChannels width of the text encoder's hidden states
 * @param projection the stored form of the layers around transformer blocks
 * @param normGroups groups of every GroupNorm
 * @param normEps the epsilon of the GroupNorms in residual blocks and before the output
 * @param time the embedding of timesteps
 * @param guidanceDimension the width of the {@linkplain Conditioning#guidanceEmbedding guidance embedding}, if the
 *     network has one
 * @param added SDXL's additional conditions, if the network has them
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
     * @param layers the number of layers in the encoder; the decoder has one more
     * @param transformer the transformer of every layer, if the level has attention
     */
    public record Level(int channels, int layers, Optional<Transformer> transformer) {}

    /** A sequence of transformer blocks with a number of attention heads each. */
    public record Transformer(int blocks, int heads) {}

    /** The stored forms of the layers before and after transformer blocks. */
    public enum Projection {
        /** 1x1 convolutions, as in SD 1.x. */
        CONVOLUTION,
        /** Linear layers, as in SD 2.x and SDXL. */
        LINEAR
    }

    /**
     * The embedding of timesteps.
     *
     * @param order the order of sines and cosines
     * @param shift the shift of their frequencies
     * @param dimension the width of the embedding that residual blocks take
     */
    public record Time(Order order, double shift, int dimension) {}

    /** The half of a sinusoidal embedding that comes first. */
    public enum Order {
        SINE_FIRST,
        COSINE_FIRST
    }

    /**
     * The width of SDXL's additional conditions: the pooled text and some numbers about the picture, each as a
     * sinusoidal embedding of width {@code idDimension}; together {@code dimension} wide.
     */
    public record Added(int idDimension, int dimension) {}

    public UNetConfig {
        levels = List.copyOf(levels);
    }

    /**
     * Returns this configuration for a network that takes latents of {@code channels} and no guidance embedding, as the
     * ControlNets of a U-Net for inpainting do.
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
     * Returns the channels of the skip connections: of the stem, of every layer and of every downsampling, from first
     * to last.
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

    /** Returns the width of the embedding of time and added conditions. */
    int embeddingDimension() {
        return time.dimension();
    }

    /** Returns the number of channels before the first and after the last level. */
    public int stemChannels() {
        return levels.getFirst().channels();
    }

    /** Returns the coarsest level, on which the middle block works. */
    public Level coarsest() {
        return levels.getLast();
    }

    /** Returns whether the U-Net takes a mask and the masked picture in addition to the latents, for inpainting. */
    public boolean isForInpainting() {
        return inChannels == 2 * outChannels + 1;
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
