package dev.hypersd.request;

import dev.hypersd.error.InvalidRequestException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The networks that a prompt names in the syntax of AUTOMATIC1111's web interface, such as {@code <lora:fox:0.8>}. A
 * weight is 1 if it is absent. A tag {@code <lyco:...>} means the same.
 *
 * @param text the prompt without the tags, or the prompt as it is if it has none
 * @param loras the LoRAs that the tags name, in their order
 * @param warnings sentences about tags that have no effect
 */
public record PromptTags(String text, List<LoraReference> loras, List<String> warnings) {
    private static final Pattern TAG = Pattern.compile("<(lora|lyco|hypernet):([^<>]{1,300})>");
    private static final String HYPERNETWORK = "hypernet";

    public PromptTags {
        loras = List.copyOf(loras);
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads the tags of {@code prompt}.
     *
     * @throws InvalidRequestException if a weight is no number
     */
    public static PromptTags of(String prompt) {
        List<LoraReference> loras = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        for (MatchResult tag : TAG.matcher(prompt).results().toList()) {
            if (tag.group(1).equals(HYPERNETWORK)) {
                warnings.add("%s has no effect: hypernetworks are not supported".formatted(tag.group()));
            } else {
                loras.add(lora(tag, warnings));
            }
        }
        return new PromptTags(without(prompt), loras, warnings);
    }

    /** Returns the tags of {@code prompt} as they are written. */
    public static List<String> in(String prompt) {
        return TAG.matcher(prompt).results().map(MatchResult::group).toList();
    }

    /** Returns {@code prompt} without its tags, or as it is if it has none. */
    public static String without(String prompt) {
        Matcher tags = TAG.matcher(prompt);
        return tags.find() ? tags.replaceAll("").strip() : prompt;
    }

    /**
     * Reads {@code name:weight}. What follows, such as separate weights for the U-Net and the text encoders in other
     * programs, has no effect.
     */
    private static LoraReference lora(MatchResult tag, List<String> warnings) {
        List<String> parts = Arrays.asList(tag.group(2).split(":", -1));
        if (parts.size() == 1) {
            return LoraReference.of(parts.getFirst(), 1);
        }
        String first = parts.get(1).substring(parts.get(1).indexOf('=') + 1);
        double weight = weight(first);
        List<String> others = parts.subList(2, parts.size());
        if (parts.get(1).contains("=") || others.stream().anyMatch(other -> isOther(other, weight))) {
            warnings.add(("%s asks for more than one weight: %s counts for the U-Net and the text encoders alike, the "
                            + "rest has no effect")
                    .formatted(tag.group(), first));
        }
        return LoraReference.of(parts.getFirst(), weight);
    }

    private static boolean isOther(String text, double weight) {
        try {
            return Double.parseDouble(text) != weight;
        } catch (NumberFormatException e) {
            return true;
        }
    }

    private static double weight(String text) {
        try {
            double weight = Double.parseDouble(text);
            if (Double.isFinite(weight)) {
                return weight;
            }
        } catch (NumberFormatException e) {
            // Reported below, together with infinities and NaN.
        }
        throw new InvalidRequestException(
                "the weight of a LoRA in the prompt must be a number, not \"%s\"".formatted(Format.shortened(text)));
    }
}
