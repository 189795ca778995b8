package dev.hypersd.lora;

import dev.hypersd.tensor.Multiplier;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Factors by which the weight of an adapter is multiplied in parts of a model, like the block weights of kohya and
 * ComfyUI.
 *
 * @param factors the factors by prefixes of the names of layers: {@code text_encoder}, {@code unet}, {@code
 *     unet.down_blocks.1}, {@code unet.mid_block}; the longest prefix counts
 */
public record BlockWeights(Map<String, Double> factors) {
    /** The factor 1 in all parts. */
    public static final BlockWeights EVEN = new BlockWeights(Map.of());

    public BlockWeights {
        factors = Map.copyOf(new LinkedHashMap<>(factors));
        factors.forEach((block, factor) -> Multiplier.check("the weight of block " + block, factor));
    }

    /** Returns the factor for the layer {@code name} of {@code network}; 1 where no prefix matches. */
    public double of(Component network, String name) {
        String full = network.folder() + "." + name;
        for (int end = full.length(); end > 0; end = full.lastIndexOf('.', end - 1)) {
            Double factor = factors.get(full.substring(0, end));
            if (factor != null) {
                return factor;
            }
        }
        return 1;
    }
}
