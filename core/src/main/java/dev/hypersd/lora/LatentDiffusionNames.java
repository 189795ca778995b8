package dev.hypersd.lora;

import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The names that the U-Net's modules have in the original implementation of latent diffusion, where all layers of the encoder stand in
 * one list and those of the decoder in another.
 *
 * <p>A level of the encoder takes {@code layers} residual blocks and a downsampler, a level of the decoder {@code layers + 1}
 * residual blocks, the last of which the upsampler shares; so both lists advance by {@code layers + 1} a level. The encoder's list begins with
 * {@code conv_in}.
 */
final class LatentDiffusionNames {
    private static final Pattern IN_LEVEL =
            Pattern.compile("(down|up)_blocks\\.(\\d+)\\.(resnets|attentions|downsamplers|upsamplers)\\.(\\d+)\\.(.+)");
    private static final Pattern IN_MIDDLE = Pattern.compile("mid_block\\.(resnets|attentions)\\.(\\d+)\\.(.+)");

    private static final Map<String, String> STEM = Map.of(
            "conv_in", "input_blocks.0.0",
            "conv_out", "out.2",
            "time_embedding.linear_1", "time_embed.0",
            "time_embedding.linear_2", "time_embed.2",
            "add_embedding.linear_1", "label_emb.0.0",
            "add_embedding.linear_2", "label_emb.0.2");

    private static final Map<String, String> IN_RESNET = Map.of(
            "conv1", "in_layers.2",
            "time_emb_proj", "emb_layers.1",
            "conv2", "out_layers.3",
            "conv_shortcut", "skip_connection");

    private final int layers;
    private final Set<String> modules;

    /** @param modules all modules of the network, by their diffusers names */
    LatentDiffusionNames(Set<String> modules) {
        this.modules = modules;
        this.layers =
                (int) IntStream.iterate(0, i -> modules.contains("down_blocks.0.resnets." + i + ".conv1"), i -> i + 1)
                        .count();
    }

    /** The original name of {@code module}; the same name where the two agree. */
    String of(String module) {
        Matcher level = IN_LEVEL.matcher(module);
        if (level.matches()) {
            boolean down = level.group(1).equals("down");
            int first = Integer.parseInt(level.group(2)) * (layers + 1);
            int position = Integer.parseInt(level.group(4));
            String rest = level.group(5);
            String list = down ? "input_blocks." : "output_blocks.";
            int layer = first + position + (down ? 1 : 0);
            return switch (level.group(3)) {
                case "resnets" -> list + layer + ".0." + IN_RESNET.getOrDefault(rest, rest);
                case "attentions" -> list + layer + ".1." + rest;
                case "downsamplers" -> list + (layer + layers) + ".0.op";
                // Behind the residual block and, where the level has them, the transformer of the last layer.
                default -> list + (layer + layers) + (hasAttention(level.group(2)) ? ".2." : ".1.") + rest;
            };
        }
        Matcher middle = IN_MIDDLE.matcher(module);
        if (middle.matches()) {
            boolean resnet = middle.group(1).equals("resnets");
            int position = 2 * Integer.parseInt(middle.group(2)) + (resnet ? 0 : 1);
            String rest = middle.group(3);
            return "middle_block." + position + "." + (resnet ? IN_RESNET.getOrDefault(rest, rest) : rest);
        }
        return STEM.getOrDefault(module, module);
    }

    private boolean hasAttention(String upLevel) {
        return modules.contains("up_blocks." + upLevel + ".attentions.0.proj_in");
    }
}
