package dev.hypersd.lora;

import dev.hypersd.error.InvalidFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The kinds of adapters that are recognised by the names of their tensors but not supported, so that messages can name
 * them.
 */
final class UnreadAdapters {
    private static final String IP_ADAPTER = "an IP-Adapter (prompts by pictures)";
    private static final String LLLITE = "a ControlNet-LLLite";
    private static final String MOTION = "a motion module of AnimateDiff";

    /** Kinds that no program can merge into a model. */
    private static final Set<String> UNMERGEABLE = Set.of(IP_ADAPTER, LLLITE, MOTION);

    private static final Map<Pattern, String> KINDS = kinds();

    private UnreadAdapters() {}

    private static Map<Pattern, String> kinds() {
        Map<Pattern, String> kinds = new LinkedHashMap<>();
        kinds.put(Pattern.compile(".*\\.(oft_blocks|oft_diag|oft_R(\\..+)?)"), "an OFT (orthogonal finetuning)");
        kinds.put(Pattern.compile(".*\\.boft_[RS](\\..+)?"), "a BOFT (butterfly orthogonal finetuning)");
        kinds.put(Pattern.compile(".*\\.[ab][12]\\.weight"), "a GLoRA (generalized LoRA)");
        kinds.put(Pattern.compile(".*\\.(ia3_l(\\..+)?|on_input)"), "an IA3 (rescaled activations)");
        kinds.put(Pattern.compile(".*\\.vera_lambda_[bd](\\..+)?"), "a VeRA (vectors between random matrices)");
        kinds.put(Pattern.compile(".*\\.lora_embedding_[AB](\\..+)?"), "a LoRA of a table of tokens");
        kinds.put(Pattern.compile(".*\\.bias_(indices|values|size)"), "a LyCORIS with sparse differences");
        kinds.put(Pattern.compile("(ip_adapter|image_proj)\\..+"), IP_ADAPTER);
        kinds.put(Pattern.compile("lllite_.+"), LLLITE);
        kinds.put(Pattern.compile("(.*\\.)?motion_modules\\..+"), MOTION);
        kinds.put(Pattern.compile(".*\\.(set_weight|reshape_weight)"), "an adapter that replaces or reshapes weights");
        return kinds;
    }

    /** Returns the kind that a tensor of this name belongs to, with its article. */
    static Optional<String> kind(String tensor) {
        return KINDS.entrySet().stream()
                .filter(kind -> kind.getKey().matcher(tensor).matches())
                .map(Map.Entry::getValue)
                .findFirst();
    }

    static InvalidFileException refusal(Path file, String kind, String tensor) {
        return new InvalidFileException(
                file,
                ("is %s, by its tensor %s. That kind of adapter is not read; LoRA, LoCon, LoHa, LoKr, DoRA and full "
                                + "differences are%s")
                        .formatted(
                                kind,
                                tensor,
                                UNMERGEABLE.contains(kind)
                                        ? ""
                                        : ". Merge it into a model with the program that made it, and use the model"));
    }
}
