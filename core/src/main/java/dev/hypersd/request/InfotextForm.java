package dev.hypersd.request;

import dev.hypersd.image.GenerationParameters;
import dev.hypersd.sampler.Samplers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Options as infotext, the form in which AUTOMATIC1111's web interface and most other programs write into pictures how
 * they were made.
 */
final class InfotextForm {
    /** Says of {@code Sampler} that nobody chose it. */
    static final String SAMPLER_SOURCE = "Sampler source";

    /** By this other programs find the settings. */
    private static final String STEPS = "Steps";

    private InfotextForm() {}

    static GenerationParameters write(GenerationOptions options) {
        GenerationParameters infotext = GenerationParameters.of(
                options.get(Option.PROMPT).orElse(""),
                options.get(Option.NEGATIVE_PROMPT).orElse(""));
        if (options.has(Option.TIMESTEPS)) {
            infotext = infotext.with(
                    STEPS, options.get(Option.TIMESTEPS).orElseThrow().size());
        }
        for (Option<?> option : Option.all()) {
            infotext = write(infotext, option, options);
        }
        if (!options.has(Option.PROMPT)) {
            infotext = infotext.with("Prompt", References.NONE);
        }
        if (options.get(Option.NEGATIVE_PROMPT).filter(String::isEmpty).isPresent()) {
            infotext = infotext.with("Negative prompt", "empty");
        }
        return infotext;
    }

    private static <T> GenerationParameters write(
            GenerationParameters infotext, Option<T> option, GenerationOptions options) {
        Optional<T> value = options.get(option);
        if (option.infotext().isEmpty() || value.isEmpty()) {
            return infotext;
        }
        String name = option.infotext().get();
        if (option == Option.CONTROLS) {
            List<ControlNetReference> controls = options.get(Option.CONTROLS).orElseThrow();
            GenerationParameters with = controls.isEmpty() ? infotext.with(name, References.NONE) : infotext;
            for (int i = 0; i < controls.size(); i++) {
                with = with.with(name + " " + i, References.CONTROL.text(withoutPicture(controls.get(i))));
            }
            return with;
        }
        if (option == Option.CLIP_SKIP) {
            return infotext.with(name, options.get(Option.CLIP_SKIP).orElseThrow() + 1);
        }
        if (option == Option.SAMPLER) {
            String sampler = options.get(Option.SAMPLER).orElseThrow();
            return infotext.with(
                    name, Samplers.titled(sampler).map(s -> s.title()).orElse(sampler));
        }
        return infotext.with(name, option.format().text().apply(value.get()));
    }

    private static ControlNetReference withoutPicture(ControlNetReference control) {
        return new ControlNetReference(
                control.name(),
                Optional.empty(),
                control.preprocessor(),
                control.scale(),
                control.from(),
                control.to(),
                control.mode());
    }

    static GenerationOptions read(GenerationParameters infotext) {
        GenerationOptions.Builder options = GenerationOptions.builder();
        if (infotext.setting("Prompt").isEmpty()) {
            options.prompt(infotext.prompt());
        }
        if (!infotext.negativePrompt().isEmpty()
                || infotext.setting("Negative prompt").isPresent()) {
            options.negativePrompt(infotext.negativePrompt());
        }
        for (Option<?> option : Option.all()) {
            option.infotext().flatMap(infotext::setting).ifPresent(text -> options.parse(option, text));
        }
        infotext.setting("Clip skip")
                .ifPresent(text -> options.set(Option.CLIP_SKIP, Option.CLIP_SKIP.parse(text) - 1));
        if (infotext.setting(SAMPLER_SOURCE).isPresent()) {
            options.unset(Option.SAMPLER);
        }
        if (infotext.setting("Timesteps").isPresent()) {
            options.unset(Option.STEPS); // It says how many they are.
        }
        List<ControlNetReference> controls = new ArrayList<>();
        for (int i = 0; infotext.setting("ControlNet " + i).isPresent(); i++) {
            controls.add(
                    References.CONTROL.item(infotext.setting("ControlNet " + i).orElseThrow()));
        }
        if (!controls.isEmpty()) {
            options.set(Option.CONTROLS, controls);
        }
        return options.build();
    }
}
