package dev.hypersd.checkpoint;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The kinds of files that are recognised by the names of tensors but not read, so that messages can name them. */
final class ForeignNetworks {
    /**
     * A kind.
     *
     * @param names the names of tensors that only it has
     * @param title what it is, with its article
     * @param isModel whether it is a whole model, of which some parts are those of a known one
     */
    private record Kind(Pattern names, String title, boolean isModel) {
        static Kind model(String names, String title) {
            return new Kind(Pattern.compile("(.*\\.)?" + names), title, true);
        }

        static Kind other(String names, String title) {
            return new Kind(Pattern.compile(names), title, false);
        }

        boolean isIn(Set<String> tensors) {
            return tensors.stream().anyMatch(tensor -> names.matcher(tensor).matches());
        }
    }

    private static final List<Kind> KINDS = List.of(
            Kind.other(".*lora_.*|.*\\.lora\\..*", "a LoRA, which is put on a model"),
            Kind.model("(double_blocks|single_transformer_blocks)\\..*", "a model of FLUX"),
            Kind.model("joint_blocks\\..*", "a model of SD 3"),
            Kind.model("time_stack\\..*", "a model of Stable Video Diffusion"),
            Kind.model("clip_txt_mapper\\..*", "a model of Stable Cascade"),
            Kind.model("add_embedding\\.pool\\..*", "a model of DeepFloyd IF"),
            Kind.other("(ip_adapter|image_proj)\\..*", "an IP-Adapter"),
            Kind.other(
                    "emb_params|clip_[lg]|string_to_param\\..*",
                    "a textual inversion, which is named with --embedding"),
            Kind.other("(encoder\\.block\\.0\\.|text_model\\.encoder\\.).*", "a text encoder alone"),
            Kind.other("(.*\\.)?(transformer_blocks|blocks|layers)\\.0\\..*att.*", "a diffusion transformer"),
            Kind.other(".*\\.RDB1\\.conv1\\..*", "a network that enlarges pictures (ESRGAN)"));

    private ForeignNetworks() {}

    /** Returns what a file with these tensors is; empty if it is not known. */
    static Optional<String> kind(Set<String> tensors) {
        return KINDS.stream()
                .filter(kind -> kind.isIn(tensors))
                .map(Kind::title)
                .findFirst();
    }

    /** Returns whether these are tensors of a whole model that is not read. */
    static boolean isModel(Set<String> tensors) {
        return KINDS.stream().anyMatch(kind -> kind.isModel && kind.isIn(tensors));
    }
}
