package dev.hypersd.objective;

import dev.hypersd.clip.ClipTextConfig;
import dev.hypersd.clip.ClipVisionConfig;
import dev.hypersd.judge.detection.BackboneConfig;
import dev.hypersd.judge.preference.PreferenceConfig;
import dev.hypersd.unet.UNetConfig;
import dev.hypersd.vae.AutoencoderKlConfig;
import dev.hypersd.vae.AutoencoderTinyConfig;
import java.util.List;

/**
 * Estimates of the memory that a sample takes in a training step, in bytes: of the values that layers keep for the
 * backward pass. They are low, since only the inputs of layers are counted, and not all of them.
 */
public final class SampleMemory {
    /**
     * How many values of the size of a feature map a layer of a U-Net keeps, at least. The U-Net of SD 1.5 keeps 120 at
     * 256x256 (FullSizeFineTuningTest), and 10 times less with gradient checkpointing.
     */
    private static final int UNET = 60;

    private static final int UNET_WITH_CHECKPOINTING = 6;

    /** A residual block keeps the inputs of two normalisations and of two convolutions. */
    private static final int RESIDUAL_BLOCK = 4;

    /** A block of a tiny autoencoder keeps the inputs of three convolutions. */
    private static final int TINY_BLOCK = 3;

    /**
     * A transformer layer keeps, for each token, the input of both normalisations and their results, query, key and
     * value, what attention gives; and of the inner width, before and after the activation.
     */
    private static final int TRANSFORMER_LAYER = 8;

    private static final int TRANSFORMER_LAYER_INNER = 2;

    private SampleMemory() {}

    /**
     * Returns the memory of a U-Net.
     *
     * @param height the height of the latents
     * @param width their width
     */
    public static double ofUNet(UNetConfig unet, long height, long width, boolean gradientCheckpointing) {
        double values = 0;
        List<UNetConfig.Level> levels = unet.levels();
        for (int i = 0; i < levels.size(); i++) {
            double area = Math.ceil((double) height / (1L << i)) * Math.ceil((double) width / (1L << i));
            int layers = 2 * levels.get(i).layers() + 1;
            values += area * levels.get(i).channels() * layers;
        }
        return bytes(values * (gradientCheckpointing ? UNET_WITH_CHECKPOINTING : UNET));
    }

    /** Returns the memory of an autoencoder for pictures of {@code side} pixels. */
    static double ofAutoencoder(AutoencoderKlConfig config, int side) {
        double values = 0;
        for (int i = 0; i < config.channels().size(); i++) {
            int blocks = 2 * config.layers() + 1; // The decoder has one more than the encoder.
            values += area(side, i) * config.channels().get(i) * blocks * RESIDUAL_BLOCK;
        }
        return bytes(values);
    }

    /** Returns the memory of a tiny autoencoder for pictures of {@code side} pixels. */
    public static double ofTinyAutoencoder(AutoencoderTinyConfig config, int side) {
        double values = 0;
        List<Integer> encoder = config.encoder().blocks();
        List<Integer> decoder = config.decoder().blocks().reversed();
        for (int i = 0; i < encoder.size(); i++) {
            values += area(side, i) * config.encoder().channels() * encoder.get(i) * TINY_BLOCK;
        }
        for (int i = 0; i < decoder.size(); i++) {
            values += area(side, i) * config.decoder().channels() * decoder.get(i) * TINY_BLOCK;
        }
        return bytes(values);
    }

    /** Returns the memory of both towers of a CLIP. */
    public static double ofClip(ClipTextConfig text, ClipVisionConfig vision) {
        return ofTransformer(text.longestPrompt(), text.width(), text.innerWidth(), text.layers())
                + ofTransformer(
                        patches(vision.imageSize(), vision.patch()),
                        vision.width(),
                        vision.innerWidth(),
                        vision.layers());
    }

    /**
     * Returns the memory of a preference model, which sees a picture and its degraded form, and compares them with
     * three texts of unknown length, which are not counted.
     */
    public static double ofPreference(PreferenceConfig config) {
        PreferenceConfig.Vision vision = config.vision();
        return 2
                * ofTransformer(
                        patches(vision.imageSize(), vision.patch()),
                        vision.width(),
                        4 * vision.width(),
                        vision.layers());
    }

    /** Returns the memory of convolutions over pictures of {@code side} pixels. */
    public static double ofBackbone(BackboneConfig config, int side) {
        double values = 0;
        for (int i = 0; i < config.widths().size(); i++) {
            values +=
                    area(side, i + 1) * config.widths().get(i) * config.blocks().get(i) * RESIDUAL_BLOCK;
        }
        return bytes(values);
    }

    private static double ofTransformer(int tokens, int width, int innerWidth, int layers) {
        return bytes((double) tokens
                * layers
                * (TRANSFORMER_LAYER * (double) width + TRANSFORMER_LAYER_INNER * (double) innerWidth));
    }

    private static int patches(int side, int patch) {
        return side / patch * (side / patch);
    }

    /** Returns the number of pixels after halving the size {@code times} times. */
    private static double area(int side, int times) {
        double smaller = Math.ceil((double) side / (1L << times));
        return smaller * smaller;
    }

    private static double bytes(double values) {
        return values * Float.BYTES;
    }
}
