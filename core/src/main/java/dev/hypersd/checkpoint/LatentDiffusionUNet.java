package dev.hypersd.checkpoint;

import dev.hypersd.weights.WeightSource;
import dev.hypersd.weights.WeightView;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names of the U-Net and the ControlNet in the original implementation of latent diffusion.
 *
 * <p>There all layers of the encoder stand in one list, {@code input_blocks.N}, and those of the decoder in another, {@code output_blocks.N};
 * here they are grouped by level. A level ends with the layer that changes the resolution, and which layers do is seen from
 * the names, so no configuration is needed.
 */
final class LatentDiffusionUNet {
    private static final Pattern LAYER = Pattern.compile("(input|output)_blocks\\.(\\d{1,4})\\.(\\d)\\.(.*)");
    private static final Pattern DOWNSAMPLER = Pattern.compile("input_blocks\\.(\\d{1,4})\\.0\\.op\\..*");
    private static final Pattern UPSAMPLER = Pattern.compile("output_blocks\\.(\\d{1,4})\\.[12]\\.conv\\..*");

    private static final Renaming STEM = new Renaming()
            .prefix("time_embed\\.0\\.", "time_embedding.linear_1.")
            .prefix("time_embed\\.2\\.", "time_embedding.linear_2.")
            .prefix("label_emb\\.0\\.0\\.", "add_embedding.linear_1.")
            .prefix("label_emb\\.0\\.2\\.", "add_embedding.linear_2.")
            .prefix("out\\.0\\.", "conv_norm_out.")
            .prefix("out\\.2\\.", "conv_out.")
            .prefix("middle_block\\.1\\.", "mid_block.attentions.0.")
            .prefix("zero_convs\\.(\\d+)\\.0\\.", "controlnet_down_blocks.$1.")
            .prefix("middle_block_out\\.0\\.", "controlnet_mid_block.")
            .prefix("input_hint_block\\.0\\.", "controlnet_cond_embedding.conv_in.")
            .prefix("input_hint_block\\.14\\.", "controlnet_cond_embedding.conv_out.");

    private static final Renaming RESNET = new Renaming()
            .prefix("in_layers\\.0\\.", "norm1.")
            .prefix("in_layers\\.2\\.", "conv1.")
            .prefix("emb_layers\\.1\\.", "time_emb_proj.")
            .prefix("out_layers\\.0\\.", "norm2.")
            .prefix("out_layers\\.3\\.", "conv2.")
            .prefix("skip_connection\\.", "conv_shortcut.");

    private static final Pattern MIDDLE_RESNET = Pattern.compile("middle_block\\.([02])\\.(.*)");
    private static final Pattern HINT = Pattern.compile("input_hint_block\\.(\\d{1,2})\\.(.*)");

    private final NavigableSet<Integer> downsamplers;
    private final NavigableSet<Integer> upsamplers;

    private LatentDiffusionUNet(Set<String> names) {
        this.downsamplers = indices(names, DOWNSAMPLER);
        this.upsamplers = indices(names, UPSAMPLER);
    }

    private static NavigableSet<Integer> indices(Set<String> names, Pattern pattern) {
        NavigableSet<Integer> indices = new TreeSet<>();
        for (String name : names) {
            Matcher matcher = pattern.matcher(name);
            if (matcher.matches()) {
                indices.add(Integer.valueOf(matcher.group(1)));
            }
        }
        return indices;
    }

    /** A view of {@code source}, which holds the network and nothing else. */
    static WeightSource view(WeightSource source) {
        LatentDiffusionUNet names = new LatentDiffusionUNet(source.names());
        return WeightView.renamed(source, name -> Optional.of(names.rename(name)));
    }

    private String rename(String name) {
        Matcher layer = LAYER.matcher(name);
        if (layer.matches()) {
            int index = Integer.parseInt(layer.group(2));
            boolean first = layer.group(3).equals("0");
            return layer.group(1).equals("input")
                    ? input(index, first, layer.group(4))
                    : output(index, first, layer.group(4));
        }
        Matcher middle = MIDDLE_RESNET.matcher(name);
        if (middle.matches()) {
            int resnet = Integer.parseInt(middle.group(1)) / 2;
            return "mid_block.resnets." + resnet + "." + RESNET.apply(middle.group(2));
        }
        String renamed = STEM.apply(name);
        Matcher hint = HINT.matcher(renamed);
        // Every second entry of this list is an activation, and the first is conv_in.
        return hint.matches()
                ? "controlnet_cond_embedding.blocks.%d.%s"
                        .formatted(Integer.parseInt(hint.group(1)) / 2 - 1, hint.group(2))
                : renamed;
    }

    /** @param first whether this is the first module of its layer: a residual block or a downsampler; the second is a transformer */
    private String input(int index, boolean first, String rest) {
        if (index == 0) {
            return "conv_in." + rest;
        }
        NavigableSet<Integer> before = downsamplers.headSet(index, false);
        String level = "down_blocks." + before.size() + ".";
        if (downsamplers.contains(index)) {
            return level + "downsamplers.0.conv." + rest.replaceFirst("^op\\.", "");
        }
        int position = index - 1 - (before.isEmpty() ? 0 : before.last());
        return level + layer(position, first, rest);
    }

    private String output(int index, boolean first, String rest) {
        NavigableSet<Integer> before = upsamplers.headSet(index, false);
        String level = "up_blocks." + before.size() + ".";
        if (!first && rest.startsWith("conv.")) {
            return level + "upsamplers.0." + rest;
        }
        int position = index - (before.isEmpty() ? 0 : before.last() + 1);
        return level + layer(position, first, rest);
    }

    private static String layer(int position, boolean first, String rest) {
        return first ? "resnets." + position + "." + RESNET.apply(rest) : "attentions." + position + "." + rest;
    }
}
