package dev.hypersd.judge.detection;

import dev.hypersd.json.JsonObject;
import java.util.List;

/**
 * The sizes of a {@link Backbone}.
 *
 * @param widths the channels of each level; the picture is halved before each of them
 * @param blocks the number of residual blocks of each level
 * @param groups the groups of every GroupNorm
 */
public record BackboneConfig(List<Integer> widths, List<Integer> blocks, int groups) {
    public BackboneConfig {
        widths = List.copyOf(widths);
        blocks = List.copyOf(blocks);
    }

    /**
     * Reads {@code block_out_channels}, {@code layers_per_block} and {@code norm_num_groups}.
     *
     * @throws dev.hypersd.error.InvalidFileException if a value is of the wrong type or contradicts another
     */
    public static BackboneConfig from(JsonObject json) {
        BackboneConfig config = new BackboneConfig(
                json.integers("block_out_channels", List.of(32, 64, 128)),
                json.integers("layers_per_block", List.of(1, 1, 3)),
                json.positive("norm_num_groups", 8));
        if (config.widths.isEmpty() || config.widths.size() != config.blocks.size()) {
            throw json.invalid(
                    "layers_per_block",
                    "has %d levels, block_out_channels has %d".formatted(config.blocks.size(), config.widths.size()));
        }
        for (int width : config.widths) {
            if (width < 1 || width % config.groups != 0) {
                throw json.invalid(
                        "block_out_channels",
                        "has a level of %d channels, which do not fall into %d groups".formatted(width, config.groups));
            }
        }
        return config;
    }

    /** Returns the channels of the last level. */
    public int width() {
        return widths.getLast();
    }

    /** Returns the width and height of a cell of the grid, in pixels. */
    public int stride() {
        return 1 << widths.size();
    }
}
