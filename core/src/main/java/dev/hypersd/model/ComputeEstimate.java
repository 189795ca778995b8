package dev.hypersd.model;

import dev.hypersd.lora.Component;
import dev.hypersd.nn.Parameter;
import dev.hypersd.nn.Parameters;
import dev.hypersd.tensor.Dtype;
import dev.hypersd.tensor.Engine;
import dev.hypersd.tensor.Tensors;
import dev.hypersd.unet.UNetConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * The floating-point operations of drawing a picture, estimated from the shapes of the weights of a model; the weights
 * are not read. Each weight is multiplied once for each position of its feature map, and attention needs additional
 * products. Text encoders, norms and activations, which need a few hundredths of the operations, are left out.
 *
 * @param step the operations of the U-Net for one picture, without guidance
 * @param decoding the operations of the decoder for one picture
 */
public record ComputeEstimate(double step, double decoding) {
    /** The number of tokens of a text, of which the keys and values of cross-attention are computed. */
    private static final long TOKENS = 77;

    private static final Pattern UNET_BLOCK = Pattern.compile("(down|up)_blocks\\.(\\d+)\\..*");
    private static final Pattern DECODER_BLOCK = Pattern.compile("decoder\\.up_blocks\\.(\\d+)\\..*");
    private static final Pattern OF_TEXT = Pattern.compile(".*attn2\\.to_[kv]\\..*");
    private static final Pattern OF_TIME = Pattern.compile(".*(time_emb|time_embedding|add_embedding).*");

    /**
     * Estimates the operations for pictures of a size.
     *
     * @param width in pixels
     * @param height in pixels
     */
    public static ComputeEstimate of(OpenedModel model, int width, int height) {
        int factor = model.autoencoder().scaleFactor();
        long latent = (long) (width / factor) * (height / factor);
        try (ModelShapes shapes = ModelShapes.of(model)) {
            Map<String, long[]> unet = shapes(shapes.networks().getOrDefault(Component.UNET, Map.of()));
            return new ComputeEstimate(step(unet, model.unet(), latent), decoding(decoder(model), latent));
        }
    }

    /** Returns the operations of the U-Net for latents with {@code latent} positions. */
    static double step(Map<String, long[]> shapes, UNetConfig config, long latent) {
        return weights(shapes, name -> unetLevel(name, config), latent, 0.25) + attention(config, latent);
    }

    /**
     * Returns the operations of weights; {@code shrink} is the ratio of the positions of a level to those of the one
     * before.
     */
    private static double weights(
            Map<String, long[]> shapes, ToIntFunction<String> level, long positions, double shrink) {
        return shapes.entrySet().stream()
                .mapToDouble(entry -> {
                    String name = entry.getKey();
                    long[] shape = entry.getValue();
                    int at = level.applyAsInt(name);
                    if (shape.length < 2 || at < 0) {
                        return 0;
                    }
                    double places = OF_TIME.matcher(name).matches()
                            ? 1
                            : OF_TEXT.matcher(name).matches() ? TOKENS : positions * Math.pow(shrink, at);
                    return 2.0 * LongStream.of(shape).reduce(1, (a, b) -> a * b) * places;
                })
                .sum();
    }

    /**
     * Returns the level of a weight. Level 0 has the size of the latents; resampling belongs to the level it leads to.
     */
    private static int unetLevel(String name, UNetConfig config) {
        int last = config.levels().size() - 1;
        Matcher block = UNET_BLOCK.matcher(name);
        if (block.matches()) {
            int number = Integer.parseInt(block.group(2));
            int level = block.group(1).equals("down") ? number : last - number;
            return name.contains("downsamplers") ? level + 1 : name.contains("upsamplers") ? level - 1 : level;
        }
        return name.startsWith("mid_block") ? last : 0;
    }

    /**
     * Returns the operations of attention: in each transformer block, two products of each position with all others and
     * with the text.
     */
    private static double attention(UNetConfig config, long latent) {
        double sum = 0;
        int last = config.levels().size() - 1;
        for (int i = 0; i <= last; i++) {
            UNetConfig.Level level = config.levels().get(i);
            double positions = latent * Math.pow(0.25, i);
            int blocks = level.transformer().map(UNetConfig.Transformer::blocks).orElse(0) * (2 * level.layers() + 1);
            sum += blocks * attention(positions, level.channels());
        }
        return sum
                + config.middle().blocks()
                        * attention(
                                latent * Math.pow(0.25, last),
                                config.levels().get(last).channels());
    }

    private static double attention(double positions, long channels) {
        return 4.0 * positions * (positions + TOKENS) * channels;
    }

    /** Returns the operations of the decoder for latents with {@code latent} positions. */
    static double decoding(Map<String, long[]> shapes, long latent) {
        return weights(shapes, ComputeEstimate::decoderLevel, latent, 4);
    }

    private static Map<String, long[]> decoder(OpenedModel model) {
        return Engine.infer(() -> {
            Parameters parameters = new Parameters((name, init, shape) -> Tensors.meta(Dtype.F32, shape));
            var _ = model.autoencoderNetwork().make(parameters);
            return shapes(parameters.taken());
        });
    }

    static Map<String, long[]> shapes(Map<String, Parameter> parameters) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        parameters.forEach((name, parameter) -> shapes.put(name, parameter.shape()));
        return shapes;
    }

    /**
     * Returns the level of a weight, where each level has twice the side of the one before; -1 if it is not in the
     * decoder.
     */
    private static int decoderLevel(String name) {
        Matcher block = DECODER_BLOCK.matcher(name);
        if (block.matches()) {
            int number = Integer.parseInt(block.group(1));
            return name.contains("upsamplers") ? number + 1 : number;
        }
        if (name.startsWith("decoder.conv_out")) {
            return 3;
        }
        return name.startsWith("decoder.") ? 0 : -1;
    }
}
