package dev.hypersd.controlnet;

import dev.hypersd.error.InvalidFileException;
import dev.hypersd.json.JsonObject;
import dev.hypersd.unet.UNetConfig;
import dev.hypersd.weights.StoredTensor;
import dev.hypersd.weights.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The sizes and options of a ControlNet.
 *
 * @param unet the configuration of the U-Net whose encoder it copies
 * @param pictureChannels the channels of the control picture, 3
 * @param embeddingChannels the channels of the layers of the conditioning embedding; each after the first halves the
 *     size
 * @param order the order of the picture's channels
 */
public record ControlNetConfig(
        UNetConfig unet, int pictureChannels, List<Integer> embeddingChannels, ChannelOrder order) {
    private static final List<Integer> USUAL = List.of(16, 32, 96, 256);

    /** The orders of the channels red, green and blue. */
    public enum ChannelOrder {
        RGB,
        BGR
    }

    public ControlNetConfig {
        embeddingChannels = List.copyOf(embeddingChannels);
    }

    /** Returns the number of pixels of the control picture per latent, in each direction. */
    public int scaleFactor() {
        return 1 << (embeddingChannels.size() - 1);
    }

    /**
     * Reads the configuration of a {@code ControlNetModel}.
     *
     * @throws InvalidFileException if a value is of the wrong type, contradicts another, or asks for something this
     *     network does not compute
     */
    public static ControlNetConfig from(JsonObject json) {
        json.expect("global_pool_conditions", false);
        List<Integer> embedding = json.integers("conditioning_embedding_out_channels", USUAL);
        if (embedding.isEmpty() || embedding.stream().anyMatch(c -> c < 1)) {
            throw json.invalid("conditioning_embedding_out_channels", "is " + embedding + ", not positive numbers");
        }
        String order = json.string("controlnet_conditioning_channel_order", "rgb");
        if (!order.equals("rgb") && !order.equals("bgr")) {
            throw json.invalid("controlnet_conditioning_channel_order", "is \"" + order + "\", neither rgb nor bgr");
        }
        int channels = json.positive("conditioning_channels", 3);
        return new ControlNetConfig(
                UNetConfig.from(json), channels, embedding, order.equals("rgb") ? ChannelOrder.RGB : ChannelOrder.BGR);
    }

    /**
     * Derives the configuration of a ControlNet for the U-Net {@code base} from the shapes of its weights.
     *
     * @throws InvalidFileException if they are not those of a ControlNet
     */
    public static ControlNetConfig of(WeightSource weights, UNetConfig base) {
        String embedding = "controlnet_cond_embedding.";
        long[] first = shape(weights, embedding + "conv_in.weight");
        List<Integer> channels = new ArrayList<>(List.of((int) first[0]));
        for (int i = 1; ; i += 2) {
            Optional<StoredTensor> halving = weights.find(embedding + "blocks." + i + ".weight");
            if (halving.isEmpty()) {
                break;
            }
            channels.add((int) halving.get().shape()[0]);
        }
        int latents = weights.find("conv_in.weight")
                .map(stem -> (int) stem.shape()[1])
                .orElse(base.inChannels());
        return new ControlNetConfig(base.withInputs(latents), (int) first[1], channels, ChannelOrder.RGB);
    }

    private static long[] shape(WeightSource weights, String convolution) {
        return weights.find(convolution)
                .map(StoredTensor::shape)
                .filter(shape -> shape.length == 4)
                .orElseThrow(() -> new InvalidFileException(
                        weights.file(), "has no convolution " + convolution + ", which every ControlNet has"));
    }
}
