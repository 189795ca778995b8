package dev.hypersd.serve.api;

import dev.hypersd.request.LoraReference;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The LoRAs that a prompt in AUTOMATIC1111's syntax names, with their weights: {@code <lora:name:0.8>}.
 *
 * @param prompt the prompt without the tags
 * @param loras the LoRAs in the order of their tags
 */
record LoraTags(String prompt, List<LoraReference> loras) {
    private static final Pattern TAG = Pattern.compile("<lora:([^:<>]{1,200})(?::([^:<>]{1,20}))?(?::[^<>]{0,200})?>");

    static LoraTags of(String prompt) {
        List<LoraReference> loras = new ArrayList<>();
        Matcher tags = TAG.matcher(prompt);
        while (tags.find()) {
            loras.add(LoraReference.of(
                    tags.group(1),
                    tags.group(2) == null
                            ? 1
                            : GenerationFields.number("the weight of a LoRA in the prompt", tags.group(2))));
        }
        return new LoraTags(tags.replaceAll("").strip(), loras);
    }
}
