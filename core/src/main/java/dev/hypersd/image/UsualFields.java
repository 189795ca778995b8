package dev.hypersd.image;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads the parameters of programs that have no format of their own here: a value for each name, in JSON or in texts of
 * their own, by the names that many programs have in common.
 */
final class UsualFields {
    private static final List<String> PROMPTS = List.of("prompt", "positive_prompt", "positivePrompt");
    private static final List<String> NEGATIVE_PROMPTS =
            List.of("negative_prompt", "negative-prompt", "negativePrompt", "negativeprompt", "uc");
    private static final List<String> STEPS = List.of("steps", "num_inference_steps");
    private static final List<String> SAMPLERS = List.of("sampler", "sampler_name", "scheduler");
    private static final List<String> SCALES = List.of("cfg_scale", "guidance_scale", "cfgScale", "cfg", "scale");
    private static final List<String> MODELS = List.of("model", "model_name", "use_stable_diffusion_model");

    /** The command line that the first versions of InvokeAI write: a prompt in quotes, and options of a letter each. */
    private static final Pattern DREAM = Pattern.compile("\"([^\"]*)\"((?: +-[A-Za-z] ?[^ ]+)*) *");

    private static final Pattern DREAM_OPTION = Pattern.compile("-([A-Za-z]) ?([^ ]+)");

    /** What the picture should not show stands in brackets within such a prompt. */
    private static final Pattern IN_BRACKETS = Pattern.compile("\\[([^\\[\\]]*)]");

    private static final Map<String, String> DREAM_NAMES =
            Map.of("s", "steps", "S", "seed", "C", "cfg_scale", "A", "sampler", "W", "width", "H", "height");

    private UsualFields() {}

    /**
     * Reads the fields; empty if there is no prompt.
     *
     * @param program the name of the program that has written them
     * @param field returns the value with a name, if there is one
     */
    static Optional<GenerationParameters> read(String program, Function<String, Optional<String>> field) {
        Optional<String> prompt = first(PROMPTS, field);
        if (prompt.isEmpty()) {
            return Optional.empty();
        }
        ForeignSettings settings = new ForeignSettings(program);
        settings.put("Steps", first(STEPS, field));
        settings.sampler(first(SAMPLERS, field), Optional.empty());
        settings.put("CFG scale", first(SCALES, field));
        settings.put("Seed", field.apply("seed"));
        settings.size(field.apply("width"), field.apply("height"));
        settings.model(first(MODELS, field));
        return Optional.of(settings.with(prompt, first(NEGATIVE_PROMPTS, field)));
    }

    /** Returns whether a program's parameters can have these names. */
    static boolean isIn(Collection<String> names) {
        return Stream.of(PROMPTS, STEPS, SAMPLERS, SCALES, MODELS)
                .flatMap(List::stream)
                .anyMatch(names::contains);
    }

    private static Optional<String> first(List<String> names, Function<String, Optional<String>> field) {
        return names.stream().flatMap(name -> field.apply(name).stream()).findFirst();
    }

    /** Reads a command line such as {@code "a cat [blurry]" -s 50 -S 123 -W 512 -H 512 -C 7.5 -A k_euler}. */
    static Optional<GenerationParameters> ofDream(String program, String text) {
        Matcher dream = DREAM.matcher(text);
        if (!dream.matches()) {
            return Optional.empty();
        }
        Map<String, String> fields = new HashMap<>();
        DREAM_OPTION.matcher(dream.group(2)).results().forEach(option -> {
            String name = DREAM_NAMES.getOrDefault(option.group(1), "");
            fields.put(name, option.group(2));
        });
        fields.put("prompt", IN_BRACKETS.matcher(dream.group(1)).replaceAll("").strip());
        fields.put(
                "negative_prompt",
                IN_BRACKETS
                        .matcher(dream.group(1))
                        .results()
                        .map(found -> found.group(1))
                        .collect(Collectors.joining(", ")));
        return read(program, name -> Optional.ofNullable(fields.get(name)));
    }
}
