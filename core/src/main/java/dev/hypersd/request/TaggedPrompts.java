package dev.hypersd.request;

import java.util.ArrayList;
import java.util.List;

/**
 * Options whose prompts named networks in tags. The tags have been removed, and their networks have been looked for.
 *
 * @param options the options with prompts without tags
 * @param loras the LoRAs that prompts name and that exist
 * @param warnings sentences about everything else that prompts name
 */
record TaggedPrompts(GenerationOptions options, List<LoraReference> loras, List<String> warnings) {
    private static final List<Option<String>> POSITIVE = List.of(Option.PROMPT, Option.PROMPT_2);
    private static final List<Option<String>> NEGATIVE = List.of(Option.NEGATIVE_PROMPT, Option.NEGATIVE_PROMPT_2);

    static TaggedPrompts of(GenerationOptions options, NameResolver names) {
        GenerationOptions.Builder untagged = options.toBuilder();
        List<LoraReference> loras = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        for (Option<String> prompt : NEGATIVE) {
            options.get(prompt).ifPresent(text -> {
                untagged.set(prompt, PromptTags.without(text));
                PromptTags.in(text)
                        .forEach(tag -> warnings.add(
                                "%s has no effect in a negative prompt: write it into the prompt".formatted(tag)));
            });
        }
        for (Option<String> prompt : POSITIVE) {
            options.get(prompt).map(PromptTags::of).ifPresent(tags -> {
                untagged.set(prompt, tags.text());
                warnings.addAll(tags.warnings());
                for (LoraReference lora : tags.loras()) {
                    if (names.findLora(lora.name()).isPresent()) {
                        loras.add(lora);
                    } else {
                        warnings.add(notFound(lora));
                    }
                }
            });
        }
        return new TaggedPrompts(untagged.build(), loras, warnings);
    }

    private static String notFound(LoraReference lora) {
        return "the LoRA \"%s\" that the prompt names is not found, so it has no effect: name it with %s"
                .formatted(Format.shortened(lora.name()), Option.LORAS);
    }
}
