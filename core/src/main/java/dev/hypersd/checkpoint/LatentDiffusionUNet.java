package dev.hypersd.checkpoint;

import dev.hypersd.weights.WeightSource;
import dev.hypersd.weights.WeightView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Translates the names of a U-Net's or ControlNet's modules between the original implementation of latent diffusion and
 * diffusers, whose names are used here, by a table that is read in both directions.
 *
 * <p>In the original names, all layers of the encoder are in one list, {@code input_blocks.N}, and those of the decoder
 * in another, {@code output_blocks.N}; diffusers groups them by level. In the encoder, the downsampler at the end of a
 * level is a layer of its own; in the decoder, the upsampler is part of the level's last layer, after its transformer
 * if it has one. The number of layers in each level is derived from the names, so no configuration is needed.
 */
public final class LatentDiffusionUNet {
    /**
     * The number of blocks between the first and the last convolution of a ControlNet's conditioning embedding; in the
     * original list every other entry is an activation.
     */
    private static final int HINT_BLOCKS = 6;

    private static final Map<String, String> STEM = Map.of(
            "input_blocks.0.0", "conv_in",
            "time_embed.0", "time_embedding.linear_1",
            "time_embed.2", "time_embedding.linear_2",
            "label_emb.0.0", "add_embedding.linear_1",
            "label_emb.0.2", "add_embedding.linear_2",
            "out.0", "conv_norm_out",
            "out.2", "conv_out");

    private static final Map<String, String> RESNET = Map.of(
            "in_layers.0", "norm1",
            "in_layers.2", "conv1",
            "emb_layers.1", "time_emb_proj",
            "out_layers.0", "norm2",
            "out_layers.3", "conv2",
            "skip_connection", "conv_shortcut");

    private final NavigableSet<String> names;
    private final Map<String, String> toDiffusers = new HashMap<>();
    private final Map<String, String> toOriginal = new HashMap<>();

    /**
     * Builds the table for one network.
     *
     * @param names the names of the network's modules or of their parameters, in either spelling
     */
    public LatentDiffusionUNet(Set<String> names) {
        this.names = new TreeSet<>(names);
        List<Integer> levels = any("input_blocks.") ? originalLevels() : levels();
        STEM.forEach(this::pair);
        int layers = encoder(levels);
        resnet("middle_block.0", "mid_block.resnets.0");
        pair("middle_block.1", "mid_block.attentions.0");
        resnet("middle_block.2", "mid_block.resnets.1");
        decoder(levels.reversed());
        controlNet(layers);
    }

    /** Returns a view of {@code source}, which holds only this network, under the names of diffusers. */
    static WeightSource view(WeightSource source) {
        LatentDiffusionUNet table = new LatentDiffusionUNet(source.names());
        return WeightView.renamed(source, name -> Optional.of(table.diffusers(name)));
    }

    /** Returns the name in diffusers of the original name {@code original}, which may be the same. */
    public String diffusers(String original) {
        return translate(original, toDiffusers);
    }

    /** Returns the original name of {@code name} in diffusers, which may be the same. */
    public String original(String name) {
        return translate(name, toOriginal);
    }

    /** Translates the longest module in the table that the name begins with. */
    private static String translate(String name, Map<String, String> table) {
        for (int end = name.length(); end > 0; end = name.lastIndexOf('.', end - 1)) {
            String module = table.get(name.substring(0, end));
            if (module != null) {
                return module + name.substring(end);
            }
        }
        return name;
    }

    /** Returns the number of layers of each level of the encoder, without its downsampler. */
    private List<Integer> originalLevels() {
        List<Integer> levels = new ArrayList<>();
        int layers = 0;
        for (int i = 1; any("input_blocks." + i + "."); i++) {
            if (any("input_blocks." + i + ".0.op.")) {
                levels.add(layers);
                layers = 0;
            } else {
                layers++;
            }
        }
        levels.add(layers);
        return levels;
    }

    private List<Integer> levels() {
        List<Integer> levels = new ArrayList<>();
        for (int level = 0; any("down_blocks." + level + "."); level++) {
            int layers = 0;
            while (any("down_blocks." + level + ".resnets." + layers + ".")) {
                layers++;
            }
            levels.add(layers);
        }
        return levels;
    }

    /** Adds the layers of the encoder, and returns how many the original list has, downsamplers included. */
    private int encoder(List<Integer> levels) {
        int index = 1;
        for (int level = 0; level < levels.size(); level++) {
            String block = "down_blocks." + level;
            for (int layer = 0; layer < levels.get(level); layer++, index++) {
                layer("input_blocks." + index, block, layer);
            }
            if (level < levels.size() - 1) {
                pair("input_blocks." + index++ + ".0.op", block + ".downsamplers.0.conv");
            }
        }
        return index;
    }

    /**
     * Adds the layers of the decoder.
     *
     * @param levels the layers of each level of the encoder, from the coarsest to the finest; the decoder has one more
     *     in each
     */
    private void decoder(List<Integer> levels) {
        int index = 0;
        for (int level = 0; level < levels.size(); level++) {
            String block = "up_blocks." + level;
            for (int layer = 0; layer <= levels.get(level); layer++, index++) {
                layer("output_blocks." + index, block, layer);
            }
            if (level < levels.size() - 1) {
                String last = "output_blocks." + (index - 1);
                boolean attention = any(block + ".attentions.") || any(last + ".2.");
                pair(last + (attention ? ".2.conv" : ".1.conv"), block + ".upsamplers.0.conv");
            }
        }
    }

    private void controlNet(int layers) {
        for (int i = 0; i < layers; i++) {
            pair("zero_convs." + i + ".0", "controlnet_down_blocks." + i);
        }
        pair("middle_block_out.0", "controlnet_mid_block");
        pair("input_hint_block.0", "controlnet_cond_embedding.conv_in");
        for (int i = 0; i < HINT_BLOCKS; i++) {
            pair("input_hint_block." + (2 * i + 2), "controlnet_cond_embedding.blocks." + i);
        }
        pair("input_hint_block." + (2 * HINT_BLOCKS + 2), "controlnet_cond_embedding.conv_out");
    }

    private void layer(String original, String block, int layer) {
        resnet(original + ".0", block + ".resnets." + layer);
        pair(original + ".1", block + ".attentions." + layer);
    }

    private void resnet(String original, String diffusers) {
        RESNET.forEach((there, here) -> pair(original + "." + there, diffusers + "." + here));
    }

    private void pair(String original, String diffusers) {
        toDiffusers.put(original, diffusers);
        toOriginal.put(diffusers, original);
    }

    /** Returns whether any name begins with {@code prefix}. */
    private boolean any(String prefix) {
        String next = names.ceiling(prefix);
        return next != null && next.startsWith(prefix);
    }
}
