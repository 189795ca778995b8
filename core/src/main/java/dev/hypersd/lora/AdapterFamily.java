package dev.hypersd.lora;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Guesses the model that an adapter was made for, for messages about adapters that do not fit. */
final class AdapterFamily {
    /** The signs of each family, the more specific ones first; the first that are present decide. */
    private static final List<Sign> SIGNS = List.of(
            new Sign("FLUX", "double_blocks|single_transformer_blocks"),
            new Sign("SD 3", "joint_blocks|transformer[._]transformer_blocks"),
            new Sign("SDXL", "lora_te2_|text_encoder_2\\."),
            // Only SDXL stacks more than one transformer block at a place.
            new Sign("SDXL", "transformer_blocks[._][1-9]"),
            // SDXL has no attention at the highest resolution.
            new Sign("SD 1.5", "down_blocks[._]0[._]attentions|input_blocks[._][12][._]1|lora_te_"));

    private static final Pattern CROSS_ATTENTION = Pattern.compile("attn2[._](processor[._])?to_[kv]$");

    private record Sign(String family, Pattern pattern) {
        Sign(String family, String pattern) {
            this(family, Pattern.compile(pattern));
        }

        boolean isIn(LoraModule module) {
            return pattern.matcher(module.name()).find();
        }
    }

    private AdapterFamily() {}

    static Optional<String> of(LoraFile file) {
        return SIGNS.stream()
                .filter(sign -> file.modules().stream().anyMatch(sign::isIn))
                .map(Sign::family)
                .findFirst()
                .map(family -> isSd2(file) ? "SD 2" : family);
    }

    /** Returns whether an adapter is for SD 2, which has the names of SD 1.5 and a text encoder of another width. */
    private static boolean isSd2(LoraFile file) {
        return file.modules().stream()
                .filter(module -> CROSS_ATTENTION.matcher(module.name()).find())
                .anyMatch(module -> module.delta() instanceof Delta.Product product
                        && product.down().shape()[1] == 1024);
    }
}
